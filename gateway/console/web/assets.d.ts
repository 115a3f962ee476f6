/** What the build makes of imports that are not TypeScript. */
declare module 'virtual:antd.css';
declare module '*.css';
