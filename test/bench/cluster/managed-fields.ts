type Fields = Readonly<Record<string, unknown>>;

/** By which key the API server tells the items of a list apart; all other lists are owned as a whole. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'protocol'],
  ownerReferences: ['uid'],
  conditions: ['type'],
  addresses: ['type'],
};

/** An entry of `metadata.managedFields`: who wrote which fields. */
export const managed = (manager: string, owned: Fields): Fields => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time: '2026-07-11T09:03:12Z',
  fieldsType: 'FieldsV1',
  fieldsV1: fieldsOf(owned),
});

/** The tree of owned fields that the API server keeps. */
function fieldsOf(value: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [`f:${name}`, fieldOf(name, field)]),
  );
}

function fieldOf(name: string, value: unknown): Fields {
  const keys = KEYS[name];
  if (Array.isArray(value)) return keys ? itemsOf(value as Fields[], keys) : {};
  if (!isFields(value) || Object.keys(value).length === 0) return {};
  return { '.': {}, ...fieldsOf(value) };
}

const itemsOf = (items: readonly Fields[], keys: readonly string[]): Fields => ({
  '.': {},
  ...Object.fromEntries(
    items.map((item) => [
      `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, item[key]])))}`,
      { '.': {}, ...fieldsOf(item) },
    ]),
  ),
});

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
