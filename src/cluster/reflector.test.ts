import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApiServer, type ApiServer } from '../../test/support/api-server/api-server.js';
import { clientOf } from '../../test/support/api-server/client.js';
import type { FaultKind } from '../../test/support/api-server/faults.js';
import { aDaemonSet, superNode } from '../../test/support/builders.js';
import type { KubernetesObject } from '../core/model/types.js';
import type { ApiClient } from './api.js';
import { Reflector, type ReflectorTimes, type Sink, type WatchObserver } from './reflector.js';
import { NODES } from './resources.js';

const aNode = (name: string, labels = {}) => superNode({ metadata: { name, labels } });
const nameOf = ({ metadata }: KubernetesObject): string => metadata?.name ?? '';

let api: ApiServer;
let client: ApiClient;
let reflector: Reflector;
/** The names of what is kept, with the label `x`. */
let kept: Map<string, string>;
/** How many objects there were after each change of them. */
let sizes: number[];
/** What the observer heard of. */
let heard: string[];

const sink: Sink = {
  keep: (object) => (nameOf(object) === 'unwanted' ? undefined : object),
  replace: (objects) => {
    kept = new Map(objects.map((object) => [nameOf(object), object.metadata?.labels?.['x'] ?? '']));
    sizes.push(kept.size);
  },
  put: (object) => {
    kept.set(nameOf(object), object.metadata?.labels?.['x'] ?? '');
    sizes.push(kept.size);
  },
  drop: (object) => {
    kept.delete(nameOf(object));
    sizes.push(kept.size);
  },
  count: () => kept.size,
};
const observe: WatchObserver = {
  entered: (state) => heard.push(state),
  restarted: (cause) => heard.push(`restarted: ${cause}`),
  heard: () => undefined,
  listed: (count) => heard.push(`listed ${count}`),
  failed: (problem) => heard.push(`failed: ${problem}`),
  recovered: () => heard.push('recovered'),
  unusable: (code, name) => heard.push(`unusable: ${code} ${name}`),
};

const listsOf = (): number => api.calls.filter(({ verb }) => verb === 'list').length;
const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5000 });
const untilHeard = (what: string, times = 1): Promise<void> =>
  until(() => {
    expect(heard.filter((one) => one === what).length, heard.join('\n')).toBeGreaterThanOrEqual(
      times,
    );
  });
const untilWatched = (): Promise<void> =>
  until(() => {
    expect(api.watches.count()).toBe(1);
  });
const untilKept = (...names: string[]): Promise<void> =>
  until(() => {
    expect([...kept.keys()].sort()).toEqual(names);
  });

function begin(times: Partial<ReflectorTimes> = {}): void {
  client = clientOf(api);
  reflector = new Reflector({
    ...{ client, resource: NODES, sink, observe, random: () => 0.5 },
    times: { firstBackoff: 2, ...times },
  });
  reflector.start();
}

beforeEach(async () => {
  api = await startApiServer();
  kept = new Map();
  sizes = [];
  heard = [];
});
afterEach(async () => {
  await reflector.stop();
  client.close();
  await api.close();
});

describe('a reflector', () => {
  it('reads what there is, and follows the changes', async () => {
    api.store.put(aNode('a'), aNode('b'));
    begin();
    await untilWatched();
    api.store.put(aNode('c'));
    api.store.put(aNode('a', { x: '1' }));
    api.store.drop(aNode('b'));
    await untilKept('a', 'c');
    expect(kept.get('a')).toBe('1');
    expect(heard).toEqual(['starting', 'listing', 'listed 2', 'watching']);
  });

  it('reads page by page, and keeps nothing before the last one', async () => {
    api.store.put(...Array.from({ length: 250 }, (_, n) => aNode(`n${n}`)));
    begin();
    await untilHeard('listed 250');
    expect(listsOf()).toBe(3);
    expect(sizes).toEqual([250]);
  });

  it('takes all at once when the rest of a list is gone', async () => {
    api.store.put(...Array.from({ length: 150 }, (_, n) => aNode(`n${n}`)));
    api.fault({ query: 'continue', what: { status: 410, reason: 'Expired' } });
    begin();
    await untilHeard('listed 150');
    expect(api.calls[2]?.query).toEqual({});
  });

  it('asks the API server to end the watch after five to ten minutes, and to say how far it is', async () => {
    begin();
    await untilWatched();
    const { query } = api.calls.at(-1) ?? {};
    expect(query).toMatchObject({ timeoutSeconds: '450', allowWatchBookmarks: 'true' });
  });

  it('leaves out what its sink does not want, also when it had wanted it', async () => {
    api.store.put(aNode('a'), aNode('unwanted'));
    begin();
    await untilKept('a');
    expect(sizes).toEqual([1]);
  });
});

describe('after a watch has ended, a reflector', () => {
  it.each([
    [
      'by the API server',
      () => {
        api.watches.bookmark();
        api.watches.end();
      },
      'ended',
    ],
    [
      'at once',
      () => {
        api.watches.end();
      },
      'ended',
    ],
    [
      'by a broken connection',
      () => {
        api.watches.cut();
      },
      'unreachable',
    ],
  ])('goes on from where it was, if it ended %s', async (_, end, cause) => {
    begin();
    await untilWatched();
    api.store.put(aNode('a'));
    await untilKept('a');
    end();
    await untilHeard(`restarted: ${cause}`);
    api.store.put(aNode('b'));
    await untilKept('a', 'b');
    expect(listsOf()).toBe(1);
    // Nothing of that is out of the ordinary.
    expect(heard.filter((one) => /failed|recovered/.test(one))).toEqual([]);
  });

  it('goes on from what the API server said how far it was', async () => {
    begin();
    await untilWatched();
    api.store.put(aDaemonSet());
    api.watches.bookmark();
    api.store.compact();
    api.watches.end();
    await untilHeard('restarted: ended');
    await untilWatched();
    api.store.put(aNode('a'));
    await untilKept('a');
    expect(heard).not.toContain('restarted: expired');
  });

  it('reads everything anew, if that is too long ago, and never has less in between', async () => {
    api.store.put(aNode('a'), aNode('b'));
    begin();
    await untilWatched();
    const hold = api.fault({ verb: 'watch', what: 'reset' });
    api.watches.cut();
    api.store.drop(aNode('a'));
    api.store.put(aNode('c'), aNode('d'));
    api.store.compact();
    hold.end();
    await untilKept('b', 'c', 'd');
    expect(heard).toContain('restarted: expired');
    expect(sizes).toEqual([2, 3]);
  });

  it('reads everything anew without a wait, however often it had failed before', async () => {
    begin({ firstBackoff: 3_600_000 });
    await untilWatched();
    api.store.put(aNode('a'));
    await untilKept('a');
    const gone = { code: 410, reason: 'Expired' };
    api.watches.write('nodes', `${JSON.stringify({ type: 'ERROR', object: gone })}\n`);
    await untilHeard('listed 1');
  });

  it('does not read everything again and again, if even that is too long ago', async () => {
    api.fault({ verb: 'watch', what: { status: 410, reason: 'Expired' } });
    begin({ firstBackoff: 3_600_000 });
    await untilHeard('backing_off');
    expect(listsOf()).toBe(1);
  });

  it('reads everything anew, if it cannot be understood', async () => {
    begin();
    await untilWatched();
    api.watches.write('nodes', 'garbage\n');
    await untilHeard('listed 0', 2);
    expect(heard).toContain('restarted: garbage');
    expect(heard).toContain('failed: cannot watch nodes: a line of the watch is not an event');
    expect(heard).not.toContain('recovered');
    await untilWatched();
    api.watches.bookmark();
    await untilHeard('recovered');
  });
});

describe('when nothing is heard for long, a reflector', () => {
  it('opens the watch anew, and counts it as stalled if the API server had said how far it was', async () => {
    api.watches.greet();
    begin({ silence: 200 });
    await untilHeard('restarted: stalled');
    expect(heard).toContain('stalled');
    expect(heard).toContain('failed: nothing was heard for 0.2 s');
    await untilHeard('recovered');
  });

  it('opens the watch anew, and finds nothing wrong with it if it never had', async () => {
    begin({ silence: 100 });
    await untilHeard('restarted: quiet', 2);
    expect(new Set(heard)).toEqual(
      new Set(['starting', 'listing', 'listed 0', 'watching', 'restarted: quiet']),
    );
  });

  it('gets what it was not told', async () => {
    begin({ silence: 100 });
    await untilWatched();
    api.watches.mute(true);
    api.store.put(aNode('a'));
    api.watches.mute(false);
    await untilKept('a');
  });
});

describe('a reflector that is refused', () => {
  const refusals: [FaultKind, string, string, string][] = [
    [{ status: 401, reason: 'Unauthorized' }, 'unauthorized', 'unauthorized', '401 Unauthorized'],
    [{ status: 403, reason: 'Forbidden' }, 'forbidden', 'forbidden', '403 Forbidden'],
    [{ status: 404, reason: 'NotFound' }, 'not_served', 'not_served', '404 NotFound'],
    [{ status: 429, reason: 'TooMany' }, 'backing_off', 'throttled', '429 TooMany'],
    [{ status: 500 }, 'backing_off', 'refused', '500'],
  ];
  it.each(refusals)('%j says so and goes on trying', async (what, state, cause, words) => {
    api.store.put(aNode('a'));
    const fault = api.fault({ verb: 'list', what });
    begin();
    await untilHeard(`restarted: ${cause}`, 3);
    expect(reflector.unready()).toContain(words);
    fault.end();
    await untilKept('a');
    expect(heard).toContain(state);
    expect(reflector.unready()).toBeUndefined();
    expect(heard.filter((one) => one.startsWith('failed'))).toHaveLength(1);
  });

  it('names the verb that is missing, and tells when all is well again', async () => {
    const fault = api.fault({ verb: 'watch', what: { status: 403, reason: 'Forbidden' } });
    begin();
    await untilHeard('failed: cannot watch nodes: told to refuse with 403 (403 Forbidden)');
    // What was read is known, though changes are not.
    expect(reflector.unready()).toBeUndefined();
    fault.end();
    await untilHeard('recovered');
    expect(listsOf()).toBe(1);
  });

  it('waits for as long as the API server asks', async () => {
    api.fault({ verb: 'list', times: 1, what: { status: 429, retryAfter: 1 } });
    begin();
    const [first, second] = [
      performance.now(),
      await untilHeard('listed 0').then(() => performance.now()),
    ];
    expect(second - first).toBeGreaterThan(900);
  });
});

describe('a reflector of an API server that fails', () => {
  it.each(['reset', 'cut', { text: '<html>' }, { text: '{}' }] as const)(
    'with %j goes on trying',
    async (what) => {
      api.store.put(aNode('a'));
      api.fault({ times: 3, what });
      begin();
      await untilKept('a');
    },
  );

  it('keeps what it has while the API server is away, and follows when it is back', async () => {
    api.store.put(aNode('a'));
    begin();
    await untilWatched();
    const { port, store } = api;
    await api.close();
    await untilHeard('restarted: unreachable', 3);
    expect([...kept.keys()]).toEqual(['a']);
    expect(reflector.unready()).toBeUndefined();
    api = await startApiServer({ port, store });
    api.store.put(aNode('b'));
    await untilKept('a', 'b');
    expect(heard.filter((one) => /failed.*ECONNREFUSED/.test(one))).toHaveLength(1);
  });

  it('is not told half an object', async () => {
    begin();
    await untilWatched();
    api.fault({ verb: 'watch', times: 1, what: 'cut' });
    api.watches.end();
    await untilHeard('restarted: ended');
    await untilWatched();
    api.store.put(aNode('a'));
    await untilHeard('restarted: unreachable');
    await untilKept('a');
  });
});

describe('a reflector that is sent what it did not ask for', () => {
  const event = (object: unknown, type = 'ADDED'): string =>
    `${JSON.stringify({ type, object })}\n`;
  const deep = `{"metadata":{"name":"deep"},"kind":"Node","x":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  const hostile: [string, string, string][] = [
    ['another kind', event({ kind: 'Pod', metadata: { name: 'p' } }), 'wrong_kind p'],
    ['no name', event({ kind: 'Node', metadata: {} }), 'no_name '],
    ['a name that is no text', event({ kind: 'Node', metadata: { name: {} } }), 'no_name '],
    ['metadata that are none', event({ kind: 'Node', metadata: [] }), 'no_name '],
    ['no metadata', event({ kind: 'Node', metadata: null }), 'no_name '],
    ['too deep an object', `{"type":"ADDED","object":${deep}}\n`, 'too_deep deep'],
    ['the end of nobody', event({ kind: 'Node' }, 'DELETED'), 'no_name '],
  ];
  it.each(hostile)('leaves out %s and goes on', async (_, line, code) => {
    begin();
    await untilWatched();
    api.watches.write('nodes', line);
    await untilHeard(`unusable: ${code}`);
    api.store.put(aNode('a'));
    await untilKept('a');
    expect(listsOf()).toBe(1);
  });

  it('leaves it out of lists, too', async () => {
    const items = [null, 7, { kind: 'Pod', metadata: { name: 'p' } }, { metadata: { name: 'a' } }];
    const text = JSON.stringify({ items, metadata: { resourceVersion: '1' } });
    api.fault({ verb: 'list', what: { text } });
    begin();
    await untilKept('a');
    expect(heard.filter((one) => one.startsWith('unusable'))).toHaveLength(3);
  });

  it('takes `null` for a list without items', async () => {
    api.fault({
      verb: 'list',
      what: { text: '{"items":null,"metadata":{"resourceVersion":"1"}}' },
    });
    begin();
    await untilHeard('listed 0');
  });
});

describe('a reflector that is stopped', () => {
  const moments: [string, FaultKind | undefined, string | undefined, string][] = [
    ['reads', 'hang', 'list', 'listing'],
    ['opens a watch', 'hang', 'watch', 'listed 0'],
    ['waits', { status: 429, retryAfter: 3600 }, 'list', 'backing_off'],
    ['watches', undefined, undefined, 'watching'],
  ];
  it.each(moments)(
    'while it %s ends at once, and asks nothing any more',
    async (_, what, verb, state) => {
      if (what && verb) api.fault({ verb, what });
      begin();
      await untilHeard(state);
      await reflector.stop();
      expect(heard.at(-1)).toBe('stopped');
      expect(heard.filter((one) => one.startsWith('restarted: unreachable'))).toEqual([]);
      await until(() => {
        expect(api.watches.count()).toBe(0);
      });
    },
  );
});
