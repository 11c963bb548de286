import { describe, expect, it } from 'vitest';
import { builtInProfiles } from '../core/profiles/built-in.js';
import { load } from './load.js';
import { parseProfiles } from './profiles.js';
import type { Config } from './schema.js';
import { settingsOf } from './settings.js';

const configOf = (flags: Record<string, string>): Config =>
  load({ flags, env: {}, readFile: () => '' }).config;

const extra = (name: string): ReturnType<typeof parseProfiles>['profiles'] =>
  parseProfiles('p', `- {name: ${name}, nodes: [{label: mine}]}`).profiles;

describe('settingsOf', () => {
  it('carries the injection options over and leaves out what is not set', () => {
    const settings = settingsOf(configOf({ mixed: 'pin' }), [], builtInProfiles);
    expect(settings).toMatchObject({ mixed: 'pin', resources: 'zero', isolation: 'sidecar' });
    expect(settings.profiles).toEqual(builtInProfiles);
    expect('own' in settings).toBe(false);
  });

  it.each([
    [{}, '1.36'],
    [{ kubernetesVersion: 'v1.29.4' }, '1.29'],
  ])(
    'makes pods for the version of %j, as long as no API server says another',
    (flags, version) => {
      expect(settingsOf(configOf(flags), [], []).kubernetesVersion).toBe(version);
    },
  );

  it.each([
    [{}, false],
    [{ cluster: 'in-cluster', ownNamespace: 'a', ownRelease: 'b' }, true],
    [{ cluster: 'kubeconfig' }, false],
    [{ cluster: 'kubeconfig', placeholders: 'leave' }, false],
    [{ placeholders: 'gate' }, true],
  ])('keeps placeholders in a cluster, unless it is told otherwise: %j', (flags, placeholders) => {
    expect(settingsOf(configOf(flags), [], [])).toMatchObject({ placeholders });
  });

  it('knows its own release', () => {
    const config = configOf({ ownNamespace: 'a', ownRelease: 'b' });
    expect(settingsOf(config, [], []).own).toEqual({ namespace: 'a', release: 'b' });
  });

  it('puts extra profiles first, and in the place of a built-in of their name', () => {
    const names = (extras: ReturnType<typeof extra>): string[] =>
      settingsOf(configOf({}), extras, builtInProfiles).profiles.map(({ name }) => name);
    const builtIn = builtInProfiles.map(({ name }) => name);
    expect(names(extra('mine'))).toEqual(['mine', ...builtIn]);
    expect(names(extra('tencent'))).toEqual([
      'tencent',
      ...builtIn.filter((name) => name !== 'tencent'),
    ]);
  });

  it('refuses to leave pods to a platform that it does not know', () => {
    const config = configOf({ leaveToPlatform: 'tencnet' });
    expect(() => settingsOf(config, [], builtInProfiles)).toThrow(
      'expected `leave-to-platform` to name profiles, got `tencnet`; did you mean `tencent`?',
    );
  });
});
