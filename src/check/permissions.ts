import { valueOr, type Answer } from '../survey/answer.js';
import { given } from './given.js';
import { finding, type Finding } from './finding.js';
import { ESCALATION, injectorNeeds, installerNeeds, MARK, needText, type Need } from './needs.js';
import { at, textAt } from '../survey/raw.js';
import type { Reader } from '../survey/reader.js';
import { ACCESS_REVIEWS, OWN_ACCESS_REVIEWS } from '../survey/resources.js';
import { isInstalled, type Seen } from './seen.js';

/** A need, and whether it is met. */
export interface Asked {
  readonly need: Need;
  readonly answer: Answer<boolean>;
}

/** What was asked about rights. */
export interface Rights {
  /** Asked before an installation only. */
  readonly installer: readonly Asked[];
  readonly injector: readonly Asked[];
}

/** Asks the API server who may do what. Nothing is done by asking. */
export async function askRights(reader: Reader, seen: Seen): Promise<Rights> {
  const { names, objects } = seen;
  if (!isInstalled(seen)) {
    return { installer: await askInstaller(reader, seen), injector: [] };
  }
  const account =
    textAt(valueOr(objects.deployment, {}), 'spec', 'template', 'spec', 'serviceAccountName') ||
    names.fullName;
  const user = userOf(names.namespace, account);
  const needs = injectorNeeds(names, seen);
  return { installer: [], injector: await askAbout(reader, user, needs) };
}

/** Whoever makes a role must have what it gives, or the right to give more than one has. */
async function askInstaller(reader: Reader, { names, evicts }: Seen): Promise<readonly Asked[]> {
  const told = { certificates: 'self', evicts } as const;
  const [creates, escalates] = await Promise.all([
    askOwn(reader, installerNeeds(names)),
    askOwn(reader, ESCALATION),
  ]);
  if (escalates.every(({ answer }) => valueOr(answer, false))) return [...creates, ...escalates];
  return [...creates, ...(await askOwn(reader, [...injectorNeeds(names, told), MARK]))];
}

const userOf = (namespace: string, account: string) => ({
  user: `system:serviceaccount:${namespace}:${account}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

const askOwn = (reader: Reader, needs: readonly Need[]): Promise<readonly Asked[]> =>
  askEach(needs, (need) =>
    reader.post(OWN_ACCESS_REVIEWS, { resourceAttributes: attributesOf(need) }),
  );

const askAbout = (
  reader: Reader,
  user: object,
  needs: readonly Need[],
): Promise<readonly Asked[]> =>
  askEach(needs, (need) =>
    reader.post(ACCESS_REVIEWS, { ...user, resourceAttributes: attributesOf(need) }),
  );

/** In a review, a subresource is a field of its own. */
function attributesOf({ resource: whole, ...need }: Need): object {
  const [resource, subresource] = whole.split('/');
  return { ...need, resource, ...(subresource === undefined ? {} : { subresource }) };
}

const askEach = (
  needs: readonly Need[],
  ask: (need: Need) => Promise<Answer<unknown>>,
): Promise<readonly Asked[]> =>
  Promise.all(
    needs.map(async (need) => {
      const answer = await ask(need);
      return 'value' in answer
        ? { need, answer: { value: at(answer.value, 'status', 'allowed') === true } }
        : { need, answer };
    }),
  );

/** Whether the person may install, or the injector do its work. */
export const findRights = ({ installer, injector }: Rights): readonly Finding[] => [
  ...verdict(installer, 'installer_allowed', 'installer_not_allowed'),
  ...verdict(injector, 'injector_allowed', 'injector_not_allowed'),
];

type Code = Finding['code'];

function verdict(asked: readonly Asked[], allowed: Code, denied: Code): readonly Finding[] {
  const refused = asked.find(({ answer }) => !('value' in answer))?.answer;
  if (refused !== undefined) return given(refused, () => []);
  const lacking = asked.filter(({ answer }) => !valueOr(answer, true));
  if (asked.length === 0) return [];
  return lacking.length === 0
    ? [finding(allowed, `${asked.length} questions asked`)]
    : [
        finding(
          denied,
          lacking.map(({ need }) => ({ name: needText(need) })),
        ),
      ];
}
