import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApiServer, type ApiServer } from '../../test/support/api-server/api-server.js';
import { clientOf } from '../../test/support/api-server/client.js';
import type { ApiClient } from './api.js';
import { ServerVersion } from './version.js';

describe('ServerVersion', () => {
  let api: ApiServer;
  let client: ApiClient;
  let version: ServerVersion;
  let heard: string[];
  const begin = async (gitVersion: string, interval = 5): Promise<void> => {
    api = await startApiServer({ version: gitVersion });
    client = clientOf(api);
    version = new ServerVersion({
      ...{ client, interval, random: () => 0 },
      observe: { changed: (one) => heard.push(one), failed: (problem) => heard.push(problem) },
    });
  };
  const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5000 });

  beforeEach(() => {
    heard = [];
  });
  afterEach(async () => {
    await version.stop();
    client.close();
    await api.close();
  });

  it.each([
    ['v1.36.3', '1.36'],
    ['v1.28.15-gke.2', '1.28'],
    ['v1.30+', '1.30'],
  ])('reads %s', async (text, known) => {
    await begin(text);
    version.start();
    await until(() => {
      expect(version.current).toBe(known);
    });
  });

  it('looks again, and tells only what is new', async () => {
    await begin('v1.36.3');
    version.start();
    await until(() => {
      expect(api.calls.length).toBeGreaterThan(3);
    });
    expect(heard).toEqual(['1.36']);
  });

  it('goes on asking who refuses, says why it is not known, and tells it once', async () => {
    await begin('v1.36.3');
    const fault = api.fault({ what: { status: 403, reason: 'Forbidden' } });
    version.start();
    const problem = 'cannot get /version: told to refuse with 403 (403 Forbidden)';
    await until(() => {
      expect(version.unready()).toBe(problem);
    });
    fault.end();
    await until(() => {
      expect(version.unready()).toBeUndefined();
    });
    expect(heard).toEqual([problem, '1.36']);
  });

  it('does not guess', async () => {
    await begin('nonsense');
    version.start();
    await until(() => {
      expect(version.unready()).toBe('/version does not say which one it is');
    });
  });

  it('is not known before it is asked', async () => {
    await begin('v1.36.3');
    expect(version.unready()).toBe('not known yet');
  });
});
