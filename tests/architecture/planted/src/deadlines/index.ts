export const deadline = 1;
