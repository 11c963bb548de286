import type { Pod } from '../core/model/types.js';

/**
 * A pod that is never created. It can run on one virtual node alone, and asks for so little and is so well-behaved that
 * quotas, limit ranges and Pod Security let it pass.
 */
export const trialPod = (node: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'ds-injector-check-' },
  spec: {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
          ],
        },
      },
    },
    tolerations: [{ operator: 'Exists' }],
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'check',
        image: 'registry.k8s.io/pause:3.10',
        resources: {
          requests: { cpu: '10m', memory: '16Mi' },
          limits: { cpu: '20m', memory: '32Mi' },
        },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
});
