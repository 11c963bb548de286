import { describe, expect, it } from 'vitest';
import { injectorNeeds, type Need } from '../../src/check/needs.js';
import { namesOf } from '../../src/survey/names.js';
import type { Certificates } from '../../src/check/seen.js';
import { NAMESPACE, type Objects, render, withoutHelm } from './chart.js';

const CERT_MANAGER = ['certificates.mode=cert-manager'];
const FILES = [
  'certificates.mode=files',
  'certificates.files.secretName=mine',
  'certificates.files.caBundle=pem',
];

const textOf = ({ verb, group, resource, name = '*' }: Need): string =>
  `${verb} ${group}/${resource} ${name}`;

/** Each right that the injector's roles give. */
const rightsOf = (objects: Objects): readonly string[] =>
  [objects.get('ClusterRole', 'ds-injector'), ...objects.of('Role')]
    .flatMap(({ rules }) => rules ?? [])
    .flatMap(({ apiGroups = [], resources = [], resourceNames = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) =>
            (resourceNames.length === 0 ? ['*'] : resourceNames).map((name) =>
              textOf({ verb, group, resource, name }),
            ),
          ),
        ),
      ),
    )
    .sort();

const needsIn = (certificates: Certificates, evicts = false): readonly string[] =>
  injectorNeeds(namesOf({ namespace: NAMESPACE, release: 'ds-injector' }), { certificates, evicts })
    .map(textOf)
    .sort();

describe.skipIf(withoutHelm)('the rights that the chart gives', () => {
  it.each<[Certificates, readonly string[]]>([
    ['self', []],
    ['files', CERT_MANAGER],
    ['files', FILES],
  ])('are what the injector needs with certificates from %s, and no more (%j)', (mode, set) => {
    expect(rightsOf(render({ set }))).toEqual(needsIn(mode));
  });

  it('let no ephemeral container be privileged or mount a token of the pod', () => {
    const policy = JSON.stringify(
      render({ set: [] }).get('ValidatingAdmissionPolicy', 'ds-injector-self'),
    );
    expect(policy).toContain('!now.?securityContext.?privileged.orValue(false)');
    expect(policy).toContain('!(mount.name in variables.tokenVolumes)');
    expect(policy).toContain('source.?serviceAccountToken.hasValue()');
  });

  it.each(['existing', 'outdated', 'orphaned'])(
    'let pods be evicted where the option %s asks for it, and only there',
    (option) => {
      const set = [`injection.${option}=evict`];
      expect(rightsOf(render({ set }))).toEqual(needsIn('self', true));
      const policy = (values: readonly string[]): string =>
        JSON.stringify(
          render({ set: values }).get('ValidatingAdmissionPolicy', 'ds-injector-self'),
        );
      expect(policy(set)).toContain("== 'eviction'");
      expect(policy([])).not.toContain('eviction');
    },
  );

  it('hold one Secret, one Lease and one webhook configuration, by name', () => {
    const named = rightsOf(render()).filter((right) => !right.endsWith(' *'));
    expect(new Set(named.map((right) => right.replace(/^\S+ /, '')))).toEqual(
      new Set([
        'admissionregistration.k8s.io/mutatingwebhookconfigurations ds-injector',
        'coordination.k8s.io/leases ds-injector',
        '/secrets ds-injector-ca',
      ]),
    );
  });

  it.each([[[]], [CERT_MANAGER], [FILES]])('come with a Lease to lead by (%j)', (set) => {
    expect(render({ set }).get('Lease').metadata?.name).toBe('ds-injector');
  });
});
