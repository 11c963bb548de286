/**
 * A quick look at whether an object has the types that the code relies on, before anything reads it. It is not the
 * API's validation: only the fields that injection reads are looked at, and absent or null always fits.
 */
type Shape = 'string' | 'number' | 'scalar' | { each: Shape } | { map: Shape } | Fields;
interface Fields {
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

const named = (fields: Record<string, Shape>, ...required: readonly string[]): Shape => ({
  each: { fields: { name: 'string', ...fields }, required: ['name', ...required] },
});
const strings: Shape = { each: 'string' };
const stringMap: Shape = { map: 'string' };

const metadata: Shape = {
  fields: {
    name: 'string',
    namespace: 'string',
    uid: 'string',
    labels: stringMap,
    annotations: stringMap,
    ownerReferences: {
      each: { fields: { apiVersion: 'string', kind: 'string', name: 'string', uid: 'string' } },
    },
  },
};
const keyRef: Shape = { fields: { name: 'string', key: 'string' } };
const items: Shape = { each: { fields: { key: 'string', path: 'string' } } };
const source: Shape = { fields: { name: 'string', items } };
const fieldRef: Shape = { fields: { fieldPath: 'string' }, required: ['fieldPath'] };
const resourceFieldRef: Shape = {
  fields: { resource: 'string', divisor: 'scalar' },
  required: ['resource'],
};
const handler: Shape = {
  fields: {
    exec: { fields: { command: strings } },
    httpGet: { fields: { port: 'scalar' } },
    tcpSocket: { fields: { port: 'scalar' } },
    periodSeconds: 'number',
    failureThreshold: 'number',
    initialDelaySeconds: 'number',
  },
};
const resources: Shape = { fields: { requests: { map: 'scalar' }, limits: { map: 'scalar' } } };
const container: Record<string, Shape> = {
  image: 'string',
  command: strings,
  args: strings,
  env: named({
    value: 'string',
    valueFrom: {
      fields: { fieldRef, resourceFieldRef, configMapKeyRef: keyRef, secretKeyRef: keyRef },
    },
  }),
  envFrom: { each: { fields: { configMapRef: keyRef, secretRef: keyRef } } },
  ports: {
    each: {
      fields: { containerPort: 'number', hostPort: 'number', name: 'string', protocol: 'string' },
      required: ['containerPort'],
    },
  },
  resources,
  volumeMounts: named(
    { mountPath: 'string', subPath: 'string', subPathExpr: 'string' },
    'mountPath',
  ),
  livenessProbe: handler,
  readinessProbe: handler,
  startupProbe: handler,
  lifecycle: { fields: { postStart: handler, preStop: handler } },
  securityContext: {
    fields: {
      capabilities: { fields: { add: strings, drop: strings } },
      seccompProfile: { fields: { type: 'string' } },
    },
  },
};
const downward: Shape = {
  fields: {
    items: { each: { fields: { path: 'string', fieldRef, resourceFieldRef }, required: ['path'] } },
  },
};
const requirement: Shape = {
  each: { fields: { key: 'string', operator: 'string', values: strings }, required: ['key'] },
};
const nodeTerms: Shape = {
  fields: {
    nodeSelectorTerms: {
      each: { fields: { matchExpressions: requirement, matchFields: requirement } },
    },
  },
};
const affinity: Shape = {
  fields: {
    nodeAffinity: { fields: { requiredDuringSchedulingIgnoredDuringExecution: nodeTerms } },
  },
};
const podSpec: Shape = {
  fields: {
    containers: named(container),
    initContainers: named(container),
    ephemeralContainers: named({}),
    volumes: named({
      hostPath: { fields: { path: 'string', type: 'string' }, required: ['path'] },
      emptyDir: { fields: { medium: 'string', sizeLimit: 'scalar' } },
      configMap: { fields: { name: 'string', items } },
      secret: { fields: { secretName: 'string', items } },
      projected: {
        fields: {
          sources: {
            each: { fields: { configMap: source, secret: source, downwardAPI: downward } },
          },
        },
      },
      downwardAPI: downward,
    }),
    imagePullSecrets: { each: { fields: { name: 'string' } } },
    schedulingGates: { each: { fields: { name: 'string' } } },
    nodeSelector: stringMap,
    affinity,
    tolerations: {
      each: { fields: { key: 'string', operator: 'string', value: 'string', effect: 'string' } },
    },
    os: { fields: { name: 'string' } },
    nodeName: 'string',
    schedulerName: 'string',
    restartPolicy: 'string',
    serviceAccountName: 'string',
    securityContext: { fields: {} },
    resources,
  },
  required: ['containers'],
};

/** What every object of the API has. */
export const namedShape: Shape = { fields: { metadata } };
/** What says for which DaemonSet and node a pod was made. */
export const placeholderShape: Shape = {
  fields: { metadata, spec: { fields: { affinity, nodeName: 'string' } } },
};
export const podShape: Shape = { fields: { metadata, spec: podSpec }, required: ['spec'] };
export const daemonSetShape: Shape = {
  fields: { metadata, spec: { fields: { template: podShape }, required: ['template'] } },
  required: ['spec'],
};
export const nodeShape: Shape = {
  fields: {
    metadata,
    spec: {
      fields: {
        taints: {
          each: { fields: { key: 'string', value: 'string', effect: 'string' }, required: ['key'] },
        },
        providerID: 'string',
      },
    },
    status: { fields: { nodeInfo: { fields: { kubeletVersion: 'string' } } } },
  },
};

/**
 * Built without a word on the way down: nearly every value fits, and only of one that does not the path is of interest.
 *
 * @returns the path of the first value that does not fit, with what was expected; undefined when all fit.
 */
export function findMisfit(value: unknown, shape: Shape): string | undefined {
  const misfit = checkOf(shape)(value);
  return misfit?.startsWith(' ') === true ? `it${misfit}` : misfit;
}

/** @returns the path below the value, which is empty for the value itself, and what was expected. */
type Check = (value: unknown) => string | undefined;

const checks = new WeakMap<object, Check>();

/** Shapes are read once, and pods are held against what came of them. */
function checkOf(shape: Shape): Check {
  if (typeof shape === 'string') return scalarChecks[shape];
  const check = checks.get(shape) ?? checkFor(shape);
  checks.set(shape, check);
  return check;
}

function checkFor(shape: Exclude<Shape, string>): Check {
  if ('each' in shape) return listCheck(checkOf(shape.each));
  return 'fields' in shape ? fieldsCheck(shape) : mapCheck(checkOf(shape.map));
}

const scalarChecks = {
  string: (value: unknown) => (typeof value === 'string' ? undefined : ' is not a string'),
  number: (value: unknown) => (typeof value === 'number' ? undefined : ' is not a number'),
  scalar: (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? undefined : ' is not a scalar',
};

/** Goes by the keys of the value: they are fewer than those of the shape. */
function fieldsCheck({ fields, required = [] }: Fields): Check {
  const known = new Map(Object.entries(fields).map(([key, shape]) => [key, checkOf(shape)]));
  return (value) => {
    if (!isObject(value)) return ' is not an object';
    for (const key of required) if (isAbsent(value[key])) return `.${key} is missing`;
    for (const key in value) {
      const check = known.get(key);
      if (check === undefined || isAbsent(value[key])) continue;
      const misfit = check(value[key]);
      if (misfit !== undefined) return `.${key}${misfit}`;
    }
    return undefined;
  };
}

/** An entry that is null is none that the API would keep, and whoever reads a map relies on its entries. */
const mapCheck =
  (check: Check): Check =>
  (value) => {
    if (!isObject(value)) return ' is not an object';
    for (const key in value) {
      const misfit = check(value[key]);
      if (misfit !== undefined) return `[${key}]${misfit}`;
    }
    return undefined;
  };

const listCheck =
  (check: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return ' is not a list';
    for (let index = 0; index < value.length; index += 1) {
      const misfit = check(value[index]);
      if (misfit !== undefined) return `[${index}]${misfit}`;
    }
    return undefined;
  };

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
