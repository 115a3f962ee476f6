/** Ways to a database as data. */
import { describe, expect, it } from '@jest/globals';
import { appConnection, connectionFromUrl } from '../../../gateway/ledger/connection.js';

describe('a database URL', () => {
  it('is read with its escapes, default port and ssl mode', () => {
    expect(connectionFromUrl('postgres://us%40er:p%2Fw@db.example/weir?sslmode=require')).toEqual({
      host: 'db.example', port: 5432, user: 'us@er', password: 'p/w', database: 'weir', ssl: { rejectUnauthorized: false },
    });
    expect(connectionFromUrl('postgresql://u:p@127.0.0.1:6543/d?sslmode=verify-full')).toMatchObject({ port: 6543, ssl: { rejectUnauthorized: true } });
  });

  it('that is none is refused without being quoted', () => {
    expect(() => connectionFromUrl('mysql://u:secret@h/d')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });

  it('of the owner tells the app role nothing of its password', () => {
    const owner = { host: 'h', port: 1, user: 'weir_owner', password: 'owner-secret', database: 'weir' };
    const app = appConnection(owner);
    expect(app).toMatchObject({ host: 'h', user: 'weir_app', database: 'weir' });
    expect(app.password).not.toContain('owner-secret');
    expect(appConnection(owner)).toEqual(app);
  });
});
