/** Import rules: each names the direction data flows and says what to do instead. */
const stage = '(channels|body|decode|detect|policy|act|deliver|vault|ledger|review|record|console|preview|accounts|backup|notices)';
module.exports = {
  forbidden: [
    { name: 'detectors-are-a-leaf', severity: 'error', comment: 'A detector looks at text only. Pass what it needs as an argument.', from: { path: '^detectors/' }, to: { path: '^(gateway|workers|config)/' } },
    { name: 'gateway-does-not-know-workers', severity: 'error', comment: 'Write an outbox row; a worker picks it up.', from: { path: '^gateway/', pathNot: '^gateway/(main|cli/|wiring/)' }, to: { path: '^workers/' } },
    { name: 'stages-meet-in-ports', severity: 'error', comment: 'Stages do not import each other: put the shape into gateway/ports.ts and let main.ts introduce them.', from: { path: `^gateway/${stage}/`, pathNot: '^gateway/console/web/' }, to: { path: `^gateway/${stage}/`, pathNot: '^gateway/$1/' } },
    { name: 'console-is-a-client', severity: 'error', comment: 'The console in the browser knows the gateway by its API: only types may be imported, and what puts words to its codes.', from: { path: '^gateway/console/web/' }, to: { path: '^(gateway|detectors|workers|config)/', pathNot: '^(gateway/console/web/|detectors/(band|reasons)\\.ts$|gateway/review/risk\\.ts$)', dependencyTypesNot: ['type-only'] } },
    { name: 'only-main-wires', severity: 'error', comment: 'main.ts, with its parts in wiring/, is the only place that knows every stage; take collaborators as arguments.', from: { path: '^gateway/', pathNot: '^gateway/(main\\.ts|cli/|wiring/)' }, to: { path: '^gateway/(main|cli/|wiring/)' } },
    { name: 'config-gives-types', severity: 'error', comment: 'Values of the configuration are read by the main files only; elsewhere import its types.', from: { path: '^(gateway|workers)/', pathNot: '^(gateway/(main\\.ts|cli/|wiring/)|workers/main)' }, to: { path: '^config/', dependencyTypesNot: ['type-only'] } },
    { name: 'policy-is-pure', severity: 'error', comment: 'policy/ decides from values it is given; it reads no file, clock, socket or table.', from: { path: '^gateway/policy/' }, to: { dependencyTypes: ['core', 'npm'] } },
    { name: 'sql-lives-in-ledger', severity: 'error', comment: 'Ask the ledger through a port.', from: { path: '^(gateway|workers)/', pathNot: '^gateway/ledger/' }, to: { path: 'node_modules/(pg|kysely)/' } },
    { name: 'bullmq-lives-in-workers', severity: 'error', comment: 'Jobs are carried by workers/carrier*.ts alone, and Redis is reached by workers/redis-*.ts.', from: { path: '^(gateway|workers)/', pathNot: '^workers/(carrier|redis-)' }, to: { path: 'node_modules/(bullmq|ioredis)/' } },
    { name: 'http1-is-a-leaf', severity: 'error', comment: 'The parser of HTTP/1.1 serves both sides of the wire and knows neither.', from: { path: '^gateway/http1/' }, to: { path: '^(gateway|config|workers|detectors)/', pathNot: '^gateway/(http1/|ports/names\\.ts$)' } },
    { name: 'llhttp-lives-in-http1', severity: 'error', comment: 'One file knows where the parser comes from.', from: { path: '^(gateway|workers)/', pathNot: '^gateway/http1/machine\\.ts$' }, to: { path: 'node_modules/undici/lib/llhttp/' } },
    { name: 'no-cycles', severity: 'error', comment: 'Move the shared shape to where both may look.', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' }, exclude: { path: '^(dist|test)/' } },
};
