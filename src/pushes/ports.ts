/** The approved text of one version, its hash recomputed from what is stored. */
export interface ExactArticle {
  readonly bodyHtml: string;
  /** Every image of the body and the cover. */
  readonly images: readonly { readonly mediaId: string; readonly bytes: Uint8Array }[];
}
