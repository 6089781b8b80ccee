/** Read by the build, svelte-check, the linter and editors alike. */
export default {
  compilerOptions: { runes: true },
};
