/**
 * One manager kernel per Jupyter server, however many tabs ask for one at once. Servers list sessions in the order of
 * their creation, so whoever lists after creating sees whether somebody was earlier, and takes its own one away again.
 */
export interface IManagerSession {
  readonly id: string;
  readonly type: string;
}

export interface ISessionDoor<Session extends IManagerSession> {
  /** Oldest first. */
  list(): Promise<readonly Session[]>;
  create(): Promise<Session>;
  remove(id: string): Promise<void>;
}

export const MANAGER_TYPE = 'covey-manager';

export async function electManager<Session extends IManagerSession>(door: ISessionDoor<Session>): Promise<Session> {
  const present = await oldestManager(door);
  if (present !== undefined) return present;
  const own = await door.create();
  const oldest = (await oldestManager(door)) ?? own;
  if (oldest.id !== own.id) await door.remove(own.id);
  return oldest;
}

/** The manager that runs, if there is one. */
export async function oldestManager<Session extends IManagerSession>(
  door: Pick<ISessionDoor<Session>, 'list'>,
): Promise<Session | undefined> {
  return (await door.list()).find(({ type }) => type === MANAGER_TYPE);
}
