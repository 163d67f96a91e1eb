import { electManager, MANAGER_TYPE } from './elect-manager.js';
import type { IManagerSession, ISessionDoor } from './elect-manager.js';

/** A Jupyter server: sessions in the order of their creation, and requests that take a turn or more. */
class Server {
  readonly sessions: IManagerSession[] = [{ id: 'notebook', type: 'notebook' }];
  #created = 0;

  door(delay: () => Promise<void>): ISessionDoor<IManagerSession> {
    return {
      list: async () => {
        await delay();
        const listed = [...this.sessions];
        await delay();
        return listed;
      },
      create: async () => {
        await delay();
        const session = { id: `manager-${++this.#created}`, type: MANAGER_TYPE };
        this.sessions.push(session);
        await delay();
        return session;
      },
      remove: async (id) => {
        await delay();
        const index = this.sessions.findIndex((session) => session.id === id);
        this.sessions.splice(index, 1);
      },
    };
  }

  get managers(): string[] {
    return this.sessions.flatMap(({ id, type }) => (type === MANAGER_TYPE ? [id] : []));
  }
}

/** Turns in a number that a seed gives: every seed is another race. */
function turns(seed: number): () => Promise<void> {
  let state = seed;
  return async () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    for (let left = (state >>> 16) % 7; left > 0; left--) await Promise.resolve();
  };
}

test('who finds a manager takes it', async () => {
  const server = new Server();
  server.sessions.push({ id: 'theirs', type: MANAGER_TYPE });
  await expect(electManager(server.door(turns(1)))).resolves.toMatchObject({ id: 'theirs' });
  expect(server.managers).toEqual(['theirs']);
});

test.each(Array.from({ length: 50 }, (_, seed) => seed))(
  'five tabs at once end with one manager (seed %i)',
  async (seed) => {
    const server = new Server();
    const elected = await Promise.all([1, 2, 3, 4, 5].map((tab) => electManager(server.door(turns(seed * 5 + tab)))));
    expect(server.managers).toHaveLength(1);
    expect(new Set(elected.map(({ id }) => id))).toEqual(new Set(server.managers));
  },
);
