/** What people see of the compiled gateway, once more over Node's front and its upstreams: the same suites, each with gateways of its own. */
process.env['WEIR_TEST_FRONTEND'] = 'node';
await import('./modes.whole.test.js');
await import('./bad-input.whole.test.js');
await import('./tls.whole.test.js');
await import('./uploads.whole.test.js');
await import('./reload.whole.test.js');
await import('./large.whole.test.js');
