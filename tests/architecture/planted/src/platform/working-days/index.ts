export const days = 1;
