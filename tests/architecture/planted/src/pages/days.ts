import '../platform/working-days/index.ts';
