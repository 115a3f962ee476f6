/** `npm start`: makes a bare clone runnable (packages, build), then becomes the gateway. Plain syntax, so that an old Node can still say what it lacks. */
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Weir needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a current version from nodejs.org and start again.`,
  );
  process.exitCode = 1;
} else {
  import('./prepare.mjs')
    .then(({ projectRoot, prepareAndLocate }) => prepareAndLocate(projectRoot))
    .then((main) => {
      // The same process: signals and the exit code are the gateway's own.
      process.argv[1] = main.path;
      return import(main.url);
    })
    .catch((thrown) => {
      // A step that failed has shown its output; anything else is a surprise and needs its stack.
      console.error(thrown && thrown.name === 'StepFailed' ? thrown.message : thrown);
      process.exitCode = 1;
    });
}
