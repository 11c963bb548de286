/** How pods and DaemonSets ask for Tencent's super nodes, and what marks these. */
export const superNodeLabel = { 'node.kubernetes.io/instance-type': 'eklet' };

export const superNodeTaint = {
  key: 'eks.tke.cloud.tencent.com/eklet',
  effect: 'NoSchedule',
};

export const superNodeToleration = { ...superNodeTaint, operator: 'Exists' };
