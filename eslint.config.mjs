/** The rules that a machine can hold. Formatting is Prettier's; which package may import which is check-arrows'. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const nodeGlobals = Object.fromEntries(
  [
    ...['AbortController', 'AbortSignal', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL', 'WebSocket', 'console'],
    ...['clearImmediate', 'clearInterval', 'clearTimeout', 'fetch', 'performance', 'process', 'queueMicrotask'],
    ...['setImmediate', 'setInterval', 'setTimeout', 'structuredClone'],
  ].map((name) => [name, 'readonly']),
);

const commonJsGlobals = {
  require: 'readonly',
  module: 'writable',
  exports: 'writable',
  __filename: 'readonly',
  __dirname: 'readonly',
};

const namedExportsOnly = [
  { selector: 'ExportAllDeclaration:not([exported])', message: 'List the exported names explicitly.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  { selector: 'ExportSpecifier[exported.name="default"]', message: 'Export by name.' },
];

/**
 * Rules that know types need the packages that the extension is written against. They are installed for its build alone
 * (`npm run build:lab`), and until then there is nothing to check it by.
 */
const labextensionSources = existsSync(join(import.meta.dirname, 'labextension', 'node_modules'))
  ? []
  : ['labextension/src/'];

export default defineConfig(
  globalIgnores([
    '**/node_modules/',
    'packages/*/lib/',
    'kernel-bridge/lib/',
    'kernel-bridge/bundle/',
    'examples/lib/',
    'labextension/lib/',
    'labextension/labextension/',
    ...labextensionSources,
    'packages/*/bundle/',
    'test/.types/',
    'coverage/',
    '**/fixtures/',
  ]),
  eslint.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', ...namedExportsOnly],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [
                '@covey/*/src',
                '@covey/*/src/**',
                '@covey/*/lib',
                '@covey/*/lib/**',
                '@covey/*/dist',
                '@covey/*/dist/**',
              ],
              message: 'Use the doors of the package: `@covey/name` or `@covey/name/internal`.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': ['error', { ignoreRestArgs: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true },
      ],
      // An asynchronous method of an interface need not await anything in each of its implementations.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.test.ts', '**/*.test-d.ts', 'test/**/*.ts'],
    rules: {
      // Tests look into replies of `unknown` shape, throw what isn't an error on purpose, and hand over bare methods.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: nodeGlobals } },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: { ...nodeGlobals, ...commonJsGlobals } } },
  { files: ['*.config.mjs'], rules: { 'no-restricted-syntax': 'off' } },
);
