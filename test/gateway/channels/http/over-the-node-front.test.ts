/** The channel's laws once more over Node's front, which carries traffic where it is named and where the fast one's parser is unfit. */
process.env['WEIR_TEST_FRONTEND'] = 'node';
await import('./http-channel.test.js');
await import('./answers.test.js');
await import('./exchange-conformance.test.js');
await import('./proxy-protocol.test.js');
await import('./tls.test.js');
await import('./scanned-trailers.test.js');
