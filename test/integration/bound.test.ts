import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepBound, type Bound } from '../../src/controllers/bound.js';
import type { Node, Pod } from '../../src/core/model/types.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import { clientOf } from '../support/api-server/client.js';
import { aPod, realNode, superNode } from '../support/builders.js';
import { leading, type Leading } from '../support/duty.js';
import { silentWatch } from './support/replica.js';

const MANY = 21;
const on = (node: string, name = `on-${node}`): Pod =>
  aPod({ metadata: { name, namespace: 'shop' }, spec: { nodeName: node } });
const virtual = (name: string): Node => superNode({ metadata: { name } });
const real = (name: string): Node => realNode({ metadata: { name } });
const named = (index: number): string => `super-${index}`;

describe('the pods on virtual nodes', () => {
  let api: ApiServer;
  let leader: Leading;
  let bound: Bound;

  const start = (): void => {
    leader = leading(api, 0);
    const client = clientOf(api);
    bound = keepBound(
      { ...leader.options, client, watch: () => silentWatch, times: { firstBackoff: 20 } },
      leader.signal,
    );
    void bound.ended.then(() => {
      client.close();
    });
  };
  const known = (): readonly string[] =>
    bound.pods
      .all()
      .map(({ key }) => key.replace('shop/on-', ''))
      .sort();
  const become = (expected: readonly string[]): Promise<void> =>
    vi.waitFor(
      () => {
        expect(known()).toEqual(expected);
      },
      { timeout: 20_000, interval: 10 },
    );
  const selectors = (verb: string): readonly (string | undefined)[] =>
    api.calls
      .filter((call) => call.verb === verb && call.path === '/api/v1/pods')
      .map(({ query }) => query['fieldSelector'])
      .filter((selector) => selector !== undefined);
  const many = (count = MANY): void => {
    for (let index = 0; index < count; index += 1) {
      api.store.put(virtual(named(index)), on(named(index)));
    }
  };

  beforeEach(async () => {
    api = await startApiServer();
    api.store.put(virtual('super'), real('worker'), on('super'), on('worker'), on(''));
  });
  afterEach(async () => {
    await leader.stop(bound.ended);
    await api.close();
  });

  describe('with few nodes', () => {
    it('are watched by their nodes, and no others are read', async () => {
      start();
      await become(['super']);
      api.store.put(on('super', 'on-late'), on('worker', 'on-other'));
      await become(['late', 'super']);
      expect(selectors('list')).toEqual(['spec.nodeName=super']);
    });

    it('follow nodes that come and go', async () => {
      start();
      await become(['super']);
      api.store.put(virtual('next'), on('next'));
      await become(['next', 'super']);
      api.store.drop(virtual('next'));
      await become(['super']);
      api.store.put(virtual('worker'));
      await become(['super', 'worker']);
      api.store.put(real('worker'));
      await become(['super']);
    });

    it('are known again as they are when the API server was away', async () => {
      api.store.put(virtual('next'), on('next'));
      start();
      await become(['next', 'super']);
      const { port, store } = api;
      await api.close();
      store.drop(on('super'));
      store.put(on('next', 'on-late'));
      store.compact();
      api = await startApiServer({ port, store });
      await become(['late', 'next']);
    });

    it('go when they are deleted', async () => {
      start();
      await become(['super']);
      api.store.drop(on('super'));
      await become([]);
    });

    it('are not watched where no node is virtual', async () => {
      api.store.drop(virtual('super'));
      start();
      await vi.waitFor(() => {
        expect(leader.options.current()).toBeDefined();
      });
      api.store.put(real('another'));
      await vi.waitFor(() => {
        expect(leader.cluster.nodes.get('/another')).toBeDefined();
      });
      expect(selectors('list')).toEqual([]);
      expect(bound.unready()).toBeUndefined();
    });
  });

  describe('with many nodes', () => {
    const all = [...Array.from({ length: MANY }, (_, index) => named(index)), 'super'].sort();

    it('are watched at once, and those on real nodes are thrown away', async () => {
      many();
      start();
      await become(all);
      api.store.put(on('worker', 'on-other'), on('super', 'on-late'));
      await become(['late', ...all]);
      expect(selectors('list')).toEqual(['spec.nodeName!=']);
    });

    it('are kept on a node of which nobody has told yet', async () => {
      many();
      start();
      await become(all);
      api.store.put(on('unknown'));
      await become([...all, 'unknown']);
      api.store.put(real('unknown'), real('other'));
      await become(all);
    });

    it('are read anew when a node becomes virtual, and forgotten when it is not', async () => {
      many();
      start();
      await become(all);
      api.store.put(virtual('worker'));
      await become([...all, 'worker']);
      api.store.put(real('worker'));
      await become(all);
    });

    it('are watched one way or the other as nodes come and go, and none is lost', async () => {
      start();
      await become(['super']);
      many();
      await become(all);
      await vi.waitFor(() => {
        expect(selectors('watch').at(-1)).toBe('spec.nodeName!=');
      });
      for (let index = 9; index < MANY; index += 1) {
        api.store.drop(virtual(named(index)));
        api.store.drop(on(named(index)));
      }
      const left = [...Array.from({ length: 9 }, (_, index) => named(index)), 'super'].sort();
      await become(left);
      await vi.waitFor(() => {
        expect(new Set(selectors('list').slice(-10))).toEqual(
          new Set(left.map((node) => `spec.nodeName=${node}`)),
        );
      });
      api.store.put(on('super', 'on-late'));
      await become(['late', ...left].sort());
    });
  });
});
