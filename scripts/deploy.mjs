// `npm run deploy`: writes deploy/kustomize from the chart with its default values, one file for each of its templates: in
// the folder base what every supported Kubernetes has, in the folder policies the rest.
// `node scripts/deploy.mjs FOLDER` writes them there instead.
// Exit code 3 where there is no helm, as scripts/helm.mjs has it.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const NAMESPACE = 'ds-injector-system';
/** What the files are for: `Capabilities.KubeVersion` of the chart. */
const KUBERNETES = '1.36.0';
const GENERATED = '# Rendered from deploy/helm/ds-injector by `npm run deploy`.\n';

/** Without a word on Helm, which has no part in what kustomize makes. */
const withoutHelm = (text) =>
  text
    .replaceAll(/^ *(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm, '')
    .replaceAll(/^---\n# Source: .*\n/gm, '---\n');

/** Helm writes a document with a mark before it, whether or not there is anything in it. */
const tidy = (text) =>
  `${withoutHelm(text)
    .replace(/^(---\n)+/, '')
    .replaceAll(/\n+---\n/g, '\n---\n')
    .trim()}\n`;

function run(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

/** The chart's templates, rendered: the name of each file and its text. */
function rendered() {
  const helm = run(process.execPath, [join(root, 'scripts/helm.mjs')]).trim();
  const folder = mkdtempSync(join(tmpdir(), 'ds-injector-deploy-'));
  try {
    const chart = join(root, 'deploy/helm/ds-injector');
    const options = [
      '--namespace',
      NAMESPACE,
      '--kube-version',
      KUBERNETES,
      '--output-dir',
      folder,
    ];
    run(helm, ['template', 'ds-injector', chart, ...options]);
    const templates = join(folder, 'ds-injector/templates');
    return readdirSync(templates)
      .sort()
      .map((file) => [file, tidy(readFileSync(join(templates, file), 'utf8'))]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const namespace = `# Pod Security holds the injector to what its pods are made for.
apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

const kustomization = (files, why = '') => `${why}apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${files.map((file) => `  - ${file}\n`).join('')}`;

const target = process.argv[2] ?? join(root, 'deploy/kustomize');
const manifests = [['namespace.yaml', namespace], ...rendered()];
const isPolicy = ([file]) => file.startsWith('policy-');
const folders = {
  '': [],
  base: manifests.filter((one) => !isPolicy(one)),
  policies: manifests.filter(isPolicy),
};
const whole = `# Needs ValidatingAdmissionPolicies, which are there from Kubernetes 1.30 on. Before, apply the folder base.\n`;

rmSync(target, { recursive: true, force: true });
for (const [folder, files] of Object.entries(folders)) {
  const own =
    folder === ''
      ? kustomization(['base', 'policies'], whole)
      : kustomization(files.map(([file]) => file));
  mkdirSync(join(target, folder), { recursive: true });
  for (const [file, text] of [['kustomization.yaml', own], ...files]) {
    writeFileSync(join(target, folder, file), GENERATED + text);
  }
}
