/** What peers say of themselves when they come, with its types checked: an introduction that is wrong is refused, so that nothing half-known joins. */
import { ProtocolError } from '@covey/protocol';
import { MAX_KEY_LENGTH } from '@covey/protocol/internal';
import type { ClientHello, FactMap, HostThread, NannyHello, WorkerHello } from '@covey/protocol/internal';
import { Fields } from './fields.js';

export function readClientHello(facts: FactMap): ClientHello {
  const fields = new Fields(facts, "a client's hello", ProtocolError);
  const insideTask = fields.has('insideTask') ? { insideTask: fields.text('insideTask', MAX_KEY_LENGTH) } : {};
  const output = fields.flag('output', false) ? { output: true } : {};
  const thread = fields.has('thread') ? { thread: readHostThread(fields.map('thread')) } : {};
  return { name: fields.has('name') ? fields.text('name') : 'client', ...insideTask, ...output, ...thread };
}

function readHostThread(fields: Fields): HostThread {
  return { worker: fields.text('worker'), pid: fields.integer('pid', 0), number: fields.integer('number', 0) };
}

export function readWorkerHello(facts: FactMap): WorkerHello {
  const fields = new Fields(facts, "a worker's hello", ProtocolError);
  return {
    name: fields.text('name'),
    address: fields.text('address'),
    host: fields.text('host'),
    pid: fields.integer('pid', 0),
    nthreads: fields.integer('nthreads', 1, 100_000),
    memoryLimit: fields.integer('memoryLimit', 0),
    resources: fields.amounts('resources'),
    versions: fields.textMap('versions'),
    ...(fields.has('nanny') && { nanny: fields.text('nanny') }),
  };
}

export function readNannyHello(facts: FactMap): NannyHello {
  const fields = new Fields(facts, "a nanny's hello", ProtocolError);
  return { name: fields.text('name'), host: fields.text('host'), pid: fields.integer('pid', 0) };
}
