import { describe, expect, it } from 'vitest';
import { findMarks } from '../../src/check/marks.js';
import type { KubernetesObject } from '../../src/core/model/types.js';
import { settings } from '../support/builders.js';
import { aSeen, codesOf, listed } from '../support/check/seen.js';
import { CHART, helm, render, template, withoutHelm } from './chart.js';

const PREFIXES = 'injection.annotationPrefixes';

describe.skipIf(withoutHelm)('values that would be refused at the start are refused before', () => {
  it.each([
    ['webhook.port: 8080', ['webhook.port=8080']],
    ['renewSeconds has to be less than leaseSeconds', ['leaderElection.leaseSeconds=10']],
    ['retrySeconds has to be less than renewSeconds', ['leaderElection.retrySeconds=10']],
    ['leafLifetime has to be less than caLifetime', ['certificates.self.caLifetime=168h']],
    ['leafLifetime has to be less than caLifetime', ['certificates.self.leafLifetime=525600m']],
  ])('%s', (sentence, set) => {
    const { ok, stderr } = template({ set });
    expect(ok).toBe(false);
    expect(stderr).toContain(sentence);
  });

  it.each([
    [['webhook.port=8081']],
    [['leaderElection.leaseSeconds=11']],
    [['leaderElection.retrySeconds=9']],
    [['certificates.self.caLifetime=168h0m1s']],
    [['certificates.self.caLifetime=010h1s', 'certificates.self.leafLifetime=9h59m60s0s']],
  ])('but not %j', (set) => {
    expect(template({ set }).stderr).toBe('');
  });
});

describe.skipIf(withoutHelm)('prefixes that the policies would not look at', () => {
  it.each([
    ['extraEnv[0].name=DS_INJECTOR_ANNOTATION_PREFIXES'],
    ['extraEnv[0].name=DS_INJECTOR_CONFIG'],
    ['extraArgs={--annotation-prefixes=a.example}'],
    ['extraArgs={--annotation-prefixes,a.example}'],
    ['extraArgs={--log-level=debug,--config=/else.yaml}'],
  ])('are refused from %s', (set) => {
    const { ok, stderr } = template({ set: [set] });
    expect(ok).toBe(false);
    expect(stderr).toContain(PREFIXES);
  });

  it('are those alone: it looks at each of the value, as check sees it', () => {
    const annotationPrefixes = ['a.example/', 'b.example/'];
    const policies = render({ set: [`${PREFIXES}={a.example,b.example/}`] }).of(
      'ValidatingAdmissionPolicy',
    );
    const codes = (prefixes: readonly string[]): readonly string[] =>
      codesOf(
        findMarks(
          aSeen(
            { policies: listed(...(JSON.parse(JSON.stringify(policies)) as KubernetesObject[])) },
            { settings: settings({ annotationPrefixes: prefixes }) },
          ),
        ),
      );
    expect(codes(annotationPrefixes)).toEqual(['marking_guarded', 'injector_limited']);
    expect(codes([...annotationPrefixes, 'c.example/'])).toContain('marking_policy_blind');
  });

  it('and nothing else is', () => {
    const set = ['extraEnv[0].name=DS_INJECTOR_MIXED', 'extraArgs={--log-level=debug}'];
    expect(template({ set }).stderr).toBe('');
  });
});

describe.skipIf(withoutHelm)('what an installation says', () => {
  const notes = (namespace: string): string =>
    helm('install', 'ds-injector', CHART, '-n', namespace, '--dry-run=client').stdout;

  it.each(['default', 'kube-system'])(
    'warns of the namespace %s, which it leaves alone',
    (name) => {
      expect(notes(name)).toContain(`WARNING: pods of namespace ${name} are never injected`);
    },
  );

  it('and of no other', () => {
    expect(notes('ds-injector-system')).toContain('1. Wait until it answers');
    expect(notes('ds-injector-system')).not.toContain('never injected');
  });
});
