/** What the bench compares with: express and http-proxy-middleware with a keep-alive agent, passing everything through. */
import { Agent } from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const [, , port, target = ''] = process.argv;
const app = express();
app.use(createProxyMiddleware({ target, agent: new Agent({ keepAlive: true }) }));
app.listen(Number(port), '127.0.0.1', () => console.log('ready'));
