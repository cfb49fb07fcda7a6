import { z } from 'zod';

const leaf = z.object({
  name: z.string(),
  type: z.string().optional(),
  key: z.string().optional(),
  url: z.string().optional(),
});
const button = leaf.extend({ sub_button: z.array(leaf).optional() });

export const publishRequest = z.strictObject({}).optional();

export const menuResponse = z.object({
  /** As `config/menu.json` has it. */
  configured: z.array(button),
  /** As the platform has it now, in its own shape; null where there is none or it may not be asked. */
  live: z.array(z.unknown()).nullable(),
  /** What publishing would change, in Chinese words. */
  changes: z.array(z.string()),
  same: z.boolean(),
  /** What stands in the way of publishing, in Chinese words. */
  problems: z.array(z.string()),
});
export type MenuView = z.output<typeof menuResponse>;

export const publishResponse = menuResponse.extend({
  /** False where the platform had this menu already and was not asked to take it. */
  published: z.boolean(),
  note: z.string(),
});
export type PublishView = z.output<typeof publishResponse>;
