/**
 * Who shuts kernels down in this page. A kernel that a person ended and one that the server took for idle look alike when
 * they are gone, and JupyterLab tells of neither; so the calls by which it shuts down are listened to.
 */
import type { ServiceManager } from '@jupyterlab/services';

type Services = Pick<ServiceManager.IManager, 'sessions' | 'kernels'>;

/** @param listener is told the session or kernel; nothing when all are meant. */
export function listenToShutdowns({ sessions, kernels }: Services, listener: (id: string | undefined) => void): void {
  for (const manager of [sessions, kernels]) {
    const shutdown = manager.shutdown.bind(manager);
    const shutdownAll = manager.shutdownAll.bind(manager);
    manager.shutdown = (id) => {
      listener(id);
      return shutdown(id);
    };
    manager.shutdownAll = () => {
      listener(undefined);
      return shutdownAll();
    };
  }
}
