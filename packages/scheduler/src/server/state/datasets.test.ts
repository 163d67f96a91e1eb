import { TaskHold } from '../coordination/item.js';
import { Datasets } from './datasets.js';

function dataset(key: string, letGo: string[]) {
  return { hold: new TaskHold([key], () => letGo.push(key)), value: Uint8Array.of(1) };
}

test('holds the tasks of a dataset until it is unpublished or replaced', () => {
  const letGo: string[] = [];
  const datasets = new Datasets();
  datasets.publish('a', dataset('k1', letGo), false);
  expect(() => datasets.publish('a', dataset('k2', letGo), false)).toThrow('is published already');
  expect(letGo).toEqual([]);
  datasets.publish('a', dataset('k3', letGo), true);
  expect(letGo).toEqual(['k1']);
  expect(datasets.get('a')!.hold.keys).toEqual(['k3']);
  datasets.unpublish('a');
  expect(letGo).toEqual(['k1', 'k3']);
  expect(() => datasets.unpublish('a')).toThrow("no dataset 'a'");
});

test('lists names in order', () => {
  const datasets = new Datasets();
  for (const name of ['b', 'a']) datasets.publish(name, dataset(name, []), false);
  expect(datasets.names()).toEqual(['a', 'b']);
  datasets.clear();
  expect(datasets.names()).toEqual([]);
});
