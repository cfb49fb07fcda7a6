import '../complaints/complaints.contract.ts';
import '../kernel/index.ts';
import '../complaints/index.ts';
export {};
