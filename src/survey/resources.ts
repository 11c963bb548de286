import type { Resource } from '../cluster/resources.js';

const kind = (group: string, name: string, plural: string): Resource => ({
  kind: name,
  group,
  version: 'v1',
  plural,
});

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';

/** The kinds that nobody but those looks at who ask about a cluster. */
export const DEPLOYMENTS = kind('apps', 'Deployment', 'deployments');
export const SERVICES = kind('', 'Service', 'services');
export const SERVICE_ACCOUNTS = kind('', 'ServiceAccount', 'serviceaccounts');
export const CONFIG_MAPS = kind('', 'ConfigMap', 'configmaps');
export const ENDPOINT_SLICES = kind('discovery.k8s.io', 'EndpointSlice', 'endpointslices');
export const POLICIES = kind(ADMISSION, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies');
export const POLICY_BINDINGS = kind(
  ADMISSION,
  'ValidatingAdmissionPolicyBinding',
  'validatingadmissionpolicybindings',
);
export const CLUSTER_ROLES = kind(RBAC, 'ClusterRole', 'clusterroles');
export const CLUSTER_ROLE_BINDINGS = kind(RBAC, 'ClusterRoleBinding', 'clusterrolebindings');
export const ROLES = kind(RBAC, 'Role', 'roles');
export const ROLE_BINDINGS = kind(RBAC, 'RoleBinding', 'rolebindings');
export const ACCESS_REVIEWS = kind(AUTHORIZATION, 'SubjectAccessReview', 'subjectaccessreviews');
export const OWN_ACCESS_REVIEWS = kind(
  AUTHORIZATION,
  'SelfSubjectAccessReview',
  'selfsubjectaccessreviews',
);
export const OWN_REVIEWS = kind('authentication.k8s.io', 'SelfSubjectReview', 'selfsubjectreviews');

export const apiVersionOf = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`;
