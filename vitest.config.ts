import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The default leaves a core idle, and most tests wait for programs that they start.
    maxWorkers: '100%',
    // Tests start Envoys, git repositories and whole meshes; a busy machine must not fail them.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
