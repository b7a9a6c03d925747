import { defineConfig } from 'vitest/config';

const project = (name: string) => ({
  extends: true as const,
  test: { name, root: name, include: ['**/*.test.ts'] },
});

export default defineConfig({
  test: {
    environment: 'node',
    testTimeout: 20_000,
    projects: ['protocols', 'gateway', 'backend', 'device-sim', 'e2e'].map(project),
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'json', 'html'],
      reportsDirectory: 'coverage/node',
    },
  },
});
