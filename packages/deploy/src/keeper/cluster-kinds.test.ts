import { ConfigurationError } from '../errors.js';
import { kindForms, readClusterRequest } from './cluster-kinds.js';

test('options are read from what people and files write', () => {
  const written = { workers: '2', memoryLimit: '1GB', resources: 'GPU=1', protocol: 'ws', port: 8786, host: undefined };
  expect(readClusterRequest('local', written).options).toEqual({
    workers: 2,
    memoryLimit: 1e9,
    resources: { GPU: 1 },
    protocol: 'ws',
    port: 8786,
  });
});

test.each([
  ['cloud', {}, "there is no kind of cluster 'cloud'; there is: local, address"],
  ['constructor', {}, "there is no kind of cluster 'constructor'"],
  ['local', { wrokers: 1 }, "a local cluster has no option 'wrokers'"],
  ['local', { toString: 1 }, "no option 'toString'"],
  ['local', { workers: '-1' }, "option 'workers' must be a whole number from 0"],
  ['address', {}, "needs the option 'address'"],
  ['local', { protocol: 'tcp' }, "option 'protocol' must be one of unix, ws"],
])('%s with %j is refused: %s', (kind, options, message) => {
  expect(() => readClusterRequest(kind, options)).toThrow(ConfigurationError);
  expect(() => readClusterRequest(kind, options)).toThrow(message);
});

test('every option of every kind has a field in its form', () => {
  const [local] = kindForms();
  expect(local?.fields.find(({ name }) => name === 'port')).toEqual({
    name: 'port',
    label: 'Port',
    help: "The scheduler's port, for ws and wss.",
    defaultMeans: 'any that is free',
    isRequired: false,
    type: 'integer',
    minimum: 0,
    maximum: 65535,
  });
  expect(kindForms()).toMatchObject([
    { name: 'local', isOwned: true },
    { name: 'address', isOwned: false },
  ]);
});
