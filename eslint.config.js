// @ts-check
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What a room may not import; see docs/architecture.md. Types may cross every border. */
const arrow = (files, regex, message) => ({
  files,
  ignores: ['**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex, message, allowTypeImports: true }] },
    ],
  },
});

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', 'test/golden', '.cluster'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: ['error', 'always'],
      complexity: ['error', 10],
      'max-params': ['error', 4],
      'max-depth': ['error', 3],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time comes in as a parameter.' },
      ],
    },
  },
  arrow(
    ['src/core/**/*.ts'],
    '^(node:|(\\.\\./)+(admission|server|standalone|config|telemetry|certs|cli|cluster|controllers|app|main)\\b|(express|pino|prom-client|zod|yaml|node-forge|chokidar|commander)$)',
    'core is pure: it imports only core (and fast-json-patch in apply.ts).',
  ),
  arrow(
    ['src/admission/**/*.ts'],
    '^(node:(fs|net|http|https|tls)|\\.\\./(server|standalone|certs|cli|telemetry|config|cluster|controllers)/)',
    'admission imports core.',
  ),
  arrow(
    ['src/server/**/*.ts'],
    '^\\.\\./(core|standalone|certs|cli|telemetry|config|cluster|controllers)/',
    'server imports admission; the rest comes in as parameters.',
  ),
  arrow(
    ['src/standalone/**/*.ts'],
    '^\\.\\./(server|admission|certs|cli|telemetry|config|cluster|controllers)/',
    'standalone imports core.',
  ),
  arrow(
    ['src/certs/**/*.ts', 'src/telemetry/**/*.ts', 'src/config/**/*.ts'],
    '^\\.\\./(server|admission|standalone|cli|cluster|controllers)/',
    'this room serves others and knows none of them.',
  ),
  arrow(
    ['src/cluster/**/*.ts'],
    '^\\.\\./(server|admission|standalone|certs|cli|telemetry|config|controllers)/',
    'cluster imports core; the rest comes in as parameters.',
  ),
  arrow(
    ['src/controllers/**/*.ts'],
    '^\\.\\./(server|admission|standalone|cli|telemetry|config)/',
    'controllers import core, certs and the interfaces of cluster.',
  ),
  arrow(
    ['src/survey/**/*.ts'],
    '^\\.\\./(server|admission|standalone|certs|cli|telemetry|config|controllers|check|status)/',
    'survey imports core and cluster.',
  ),
  arrow(
    ['src/check/**/*.ts'],
    '^\\.\\./(server|admission|standalone|cli|telemetry|config|controllers|status)/',
    'check imports core, cluster, survey and certs; the rest comes in as parameters.',
  ),
  arrow(
    ['src/status/**/*.ts'],
    '^\\.\\./(server|admission|standalone|certs|cli|telemetry|config|controllers|check)/',
    'status imports core, cluster and survey; the rest comes in as parameters.',
  ),
  arrow(
    ['src/files/**/*.ts'],
    '^\\.\\./(core|server|admission|standalone|certs|cli|telemetry|config|cluster|controllers)/',
    'files imports nothing of ours.',
  ),
  {
    files: [
      'src/main.ts',
      'src/app.ts',
      'src/parts/**/*.ts',
      'src/cli/**/*.ts',
      'scripts/**',
      'examples/**/*.ts',
      'test/**/*.ts',
      '**/*.test.ts',
    ],
    rules: { 'no-console': 'off', 'no-restricted-properties': 'off' },
  },
  {
    files: ['test/**/*.ts', '**/*.test.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
