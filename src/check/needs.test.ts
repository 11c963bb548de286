import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../core/model/types.js';
import { injectorNeeds, installerNeeds, needText, type Need } from './needs.js';
import { namesOf } from '../survey/names.js';
import { listAt, nameOf, textsAt } from '../survey/raw.js';
import { grants } from './rbac.js';
import * as own from '../survey/resources.js';
import * as shared from '../cluster/resources.js';

const names = namesOf({ namespace: 'ds-injector-system', release: 'ds-injector' });
const needs = injectorNeeds(names, { certificates: 'self', evicts: false });

it('no right is needed twice', () => {
  const texts = needs.map(needText);
  expect(new Set(texts).size).toBe(texts.length);
});

it.each([
  ['ds-injector', 'ds-injector'],
  ['a', 'a-ds-injector'],
  ['my-ds-injector-2', 'my-ds-injector-2'],
  ['123', 'ds-injector-123'],
  [`${'a'.repeat(36)}--x`, `${'a'.repeat(36)}--x-ds-injecto`],
  [`ds-injector-${'a'.repeat(36)}---x`, `ds-injector-${'a'.repeat(36)}`],
])('the objects of release %s are called %s', (release, fullName) => {
  expect(namesOf({ namespace: 'n', release })).toMatchObject({
    fullName,
    webhook: fullName,
    caSecret: `${fullName}-ca`,
  });
});

const folder = fileURLToPath(new URL('../../deploy/kustomize', import.meta.url));

/** What is shipped, as it comes out of the chart. */
const shipped = (): readonly KubernetesObject[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(`${folder}/${file}`, 'utf8')))
    .map((document) => document.toJS() as KubernetesObject)
    .filter(({ kind }) => kind !== 'Kustomization');

describe.skipIf(!existsSync(folder))('the manifests that are shipped', () => {
  const roles = (): readonly unknown[] =>
    shipped()
      .filter(
        (one) => ['Role', 'ClusterRole'].includes(one.kind ?? '') && nameOf(one) === names.fullName,
      )
      .flatMap((role) => listAt(role, 'rules'));
  const isFor = (rule: unknown, need: Need): boolean => {
    const only = textsAt(rule, 'resourceNames');
    return only.length === 0 ? need.name === undefined : only.includes(need.name ?? '');
  };

  it('give each right that the injector needs', () => {
    const rules = roles();
    const lacking = needs.filter(
      (need) => !rules.some((rule) => grants(rule, need) && isFor(rule, need)),
    );
    expect(lacking.map(needText)).toEqual([]);
  });

  it('give no other', () => {
    const spare = roles().flatMap((rule) =>
      textsAt(rule, 'apiGroups').flatMap((group) =>
        textsAt(rule, 'resources').flatMap((resource) =>
          textsAt(rule, 'verbs')
            .map((verb) => ({ verb, group, resource }))
            .filter(
              ({ verb }) => !needs.some((need) => isThat(need, { verb, group, resource }, rule)),
            ),
        ),
      ),
    );
    expect(spare).toEqual([]);
  });

  const isThat = (
    need: Need,
    right: Pick<Need, 'verb' | 'group' | 'resource'>,
    rule: unknown,
  ): boolean =>
    need.verb === right.verb &&
    need.group === right.group &&
    need.resource === right.resource &&
    isFor(rule, need);

  it('hold no kind that whoever installs is not asked about', () => {
    const kinds = new Set(shipped().map(({ kind }) => kind));
    const asked = new Set(installerNeeds(names).map(({ resource }) => resource));
    const known = [...Object.values(own), ...Object.values(shared)].filter(
      (one) => typeof one === 'object',
    );
    const unasked = [...kinds].filter(
      (kind) => !known.some((one) => one.kind === kind && asked.has(one.plural)),
    );
    // Helm makes the namespace only where it is told to.
    expect(unasked.filter((kind) => kind !== 'Namespace')).toEqual([]);
  });
});
