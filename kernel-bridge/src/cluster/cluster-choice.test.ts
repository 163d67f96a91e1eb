import { ClusterChoice } from './cluster-choice.js';

test('a person’s choice comes before the notebook’s, and that before the environment’s', () => {
  const choice = new ClusterChoice({ COVEY_NOTEBOOK_CLUSTER: 'third' });
  expect(choice.chosen).toEqual({ name: 'third', why: 'COVEY_NOTEBOOK_CLUSTER names it' });
  choice.nameInNotebook('second');
  expect(choice.chosen).toEqual({ name: 'second', why: 'the notebook names it' });
  choice.use('first');
  expect(choice.chosen).toEqual({ name: 'first', why: 'it was chosen for this notebook' });
  choice.use(null);
  expect(choice.chosen?.name).toBe('second');
});

test('without any the decision is left to what holds for every program', () => {
  expect(new ClusterChoice({}).chosen).toBeUndefined();
});
