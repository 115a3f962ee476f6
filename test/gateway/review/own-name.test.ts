import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { problemAnswer } from '../../../gateway/review/schemas.js';
import { stand } from './stand.js';

describe('a name that was made to point at this machine', () => {
  it.each(['evil.example', 'evil.example:8081', '127.0.0.1.evil.example', 'localhost.evil.example', 'evil.example@127.0.0.1'])('%s reads nothing', async (host) => {
    const { app } = stand();
    for (const path of ['/', '/metrics', '/readyz', '/api/v1/messages']) {
      const answer = await request(app).get(path).set('Host', host);
      expect([path, answer.status, problemAnswer.parse(answer.body).code]).toEqual([path, 421, 'misdirected']);
    }
  });

  it.each(['localhost', 'localhost:8081', 'LOCALHOST.', 'weir.localhost:8081', '127.0.0.1:8081', '[::1]:8081', '192.0.2.7'])('%s is nobody else\'s', async (host) => {
    await request(stand().app).get('/metrics').set('Host', host).expect(200);
  });

  it('a proxy that the configuration names may use any', async () => {
    const { app } = stand({ trustedProxies: ['127.0.0.1', '::1', '::ffff:127.0.0.1'] });
    await request(app).get('/metrics').set('Host', 'weir.example').expect(200);
  });
});
