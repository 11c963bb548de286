import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type {
  Container,
  DaemonSet,
  KubernetesObject,
  PodTemplate,
} from '../../../src/core/model/types.js';
import { merge, type Overrides } from '../../support/merge.js';
import { PREFIX, superNodeToleration } from '../../support/builders.js';
import { BUSYBOX, IDLE, superNodeSelector, type Theme } from './objects.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));

/** What busybox does in place of a program whose image cannot be pulled here. */
const STAND_INS: Readonly<Record<string, string>> = {
  redis: `nc -ll -p 6379 -e echo +PONG & ${IDLE}`,
  'fluentd-elasticsearch': `ls -d /var/log /var/lib/docker/containers; ${IDLE}`,
  'my-nginx': `echo welcome >/tmp/index.html; httpd -p 80 -h /tmp; ${IDLE}`,
  nginx: `echo welcome >/usr/share/nginx/html/index.html; httpd -p 80 -h /usr/share/nginx/html; ${IDLE}`,
  pi: 'echo "scale=50; 4*a(1)" | bc -l',
  registry: `echo hello >/tmp/index.html; httpd -p 80 -h /tmp; ${IDLE}`,
};

/** The documents of a folder or file of examples. */
function documents(path: string): readonly KubernetesObject[] {
  const file = join(EXAMPLES, path);
  const files = path.endsWith('.yaml') ? [file] : readdirSync(file).map((name) => join(file, name));
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(name, 'utf8')).map((each) => each.toJS() as KubernetesObject),
  );
}

/** The DaemonSets of seeds 000, 002 and 003 as the examples have them, for the pods of a theme. */
export const seedDaemonSets = (theme: Theme): readonly DaemonSet[] =>
  (documents('world') as readonly DaemonSet[])
    .filter(({ kind }) => kind === 'DaemonSet')
    .map((daemonSet) => {
      const { namespace = theme.namespace } = daemonSet.metadata ?? {};
      return merge<DaemonSet>(daemonSet, {
        metadata: { namespace },
        spec: {
          template: runnable(daemonSet.spec?.template ?? {}, {
            metadata: {
              annotations: { [`${PREFIX}ds-inject-by-label`]: `e2e-theme:${theme.name}` },
            },
          }),
        },
      });
    });

interface Workload extends KubernetesObject {
  readonly spec?: { readonly template?: PodTemplate; readonly replicas?: number };
}

/** The seeds have up to seven of a kind, all alike. */
const REPLICAS = 2;

/** The workloads of a file of examples, in a theme's namespace and on super nodes. */
export const seedWorkloads = (theme: Theme, file: string): readonly KubernetesObject[] =>
  (documents(`workloads/${file}`) as readonly Workload[]).map((workload) => {
    const placed = merge<Workload>(workload, { metadata: { namespace: theme.namespace } });
    const { template, replicas } = placed.spec ?? {};
    return template
      ? merge<Workload>(placed, {
          spec: {
            template: onSuperNode(theme, template),
            ...(replicas === undefined ? {} : { replicas: REPLICAS }),
          },
        })
      : placed;
  });

const onSuperNode = (theme: Theme, template: PodTemplate): PodTemplate =>
  runnable(template, {
    metadata: { labels: { 'e2e-theme': theme.name } },
    spec: {
      nodeSelector: superNodeSelector,
      tolerations: [superNodeToleration],
      // The daemons of seed 003 ignore SIGTERM, so that a Job ends only when this is over.
      terminationGracePeriodSeconds: 3,
    },
  });

/** A template whose images are on the nodes. What does not run in a shell anyway gets a stand-in. */
const runnable = (template: PodTemplate, over: Overrides<PodTemplate>): PodTemplate =>
  merge<PodTemplate>(template, over, {
    spec: { containers: (template.spec?.containers ?? []).map(standIn) },
  });

function standIn(container: Container): Container {
  const script = STAND_INS[container.name];
  const image = { image: BUSYBOX };
  if (script !== undefined) {
    return merge<Container>(container, image, { command: ['sh', '-c', script], args: undefined });
  }
  // Debian's busybox knows no -k; -ll is the same.
  const args = (container.args ?? []).map((arg) => arg.replaceAll('nc -lk', 'nc -ll'));
  return merge<Container>(container, image, { args });
}
