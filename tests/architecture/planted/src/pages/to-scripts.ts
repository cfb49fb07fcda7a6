import '../../scripts/stores/index.ts';
export {};
