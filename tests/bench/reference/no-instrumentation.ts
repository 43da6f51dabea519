/** As good as none: without a file of this name the build would take the repository's own, from folders above. */
export const register = (): void => {};
