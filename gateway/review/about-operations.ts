/** What everyone who is signed in may know of the gateway: its version, where traffic goes in, and whether it guards everything now. */
import { aboutAnswer, type AboutAnswer } from './about-schemas.js';
import { operation, type Operation } from './operation.js';
import { noBody, noParams, noQuery } from './schemas.js';

export interface AboutPorts {
  readonly about: () => AboutAnswer;
}

export function aboutOperations({ about }: AboutPorts): readonly Operation[] {
  return [
    operation({
      id: 'getAbout',
      method: 'get',
      path: '/about',
      right: 'signed-in',
      summary: 'What everyone may know: version, demo and monitor mode, routes that are let through now.',
      params: noParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: aboutAnswer,
      problems: [],
      run: async () => about(),
    }),
  ];
}
