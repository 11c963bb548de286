import { expect, it } from 'vitest';
import { describeCall, type Call } from './describe.js';
import { LEASES, NAMESPACES, NODES, pathOf, SECRETS } from './resources.js';

it.each<[Call, string]>([
  [{ method: 'GET', path: pathOf(NODES) }, 'list nodes'],
  [{ method: 'GET', path: pathOf(NODES), query: { watch: true } }, 'watch nodes'],
  [{ method: 'GET', path: pathOf(NODES, { name: 'a' }) }, 'get nodes a'],
  [{ method: 'GET', path: pathOf(NAMESPACES) }, 'list namespaces'],
  [{ method: 'GET', path: pathOf(NAMESPACES, { name: 'a' }) }, 'get namespaces a'],
  [{ method: 'GET', path: pathOf(SECRETS, { namespace: 'a' }) }, 'list secrets a'],
  [{ method: 'PUT', path: pathOf(LEASES, { namespace: 'a', name: 'b' }) }, 'update leases a/b'],
  [{ method: 'POST', path: pathOf(LEASES, { namespace: 'a' }) }, 'create leases a'],
  [{ method: 'DELETE', path: pathOf(NODES, { name: 'a/b' }) }, 'delete nodes a/b'],
  [{ method: 'PATCH', path: pathOf(NODES, { name: 'a' }) }, 'patch nodes a'],
  [{ method: 'GET', path: '/version' }, 'get /version'],
])('%j is to %s', (call, words) => {
  expect(describeCall(call)).toBe(words);
});
