// mjml 5 ships no types: this is the part of its interface that layout.ts uses.
declare module "mjml" {
  interface MjmlOptions {
    /** `strict` throws on any mistake, unknown attributes included. */
    validationLevel: "strict";
    /** Web fonts by name; an empty object keeps every remote font out. */
    fonts: Record<string, string>;
    /** Leaves `mj-include` unread, so that a layout is one file and reads no other. */
    ignoreIncludes: boolean;
  }
  export default function mjml2html(
    source: string,
    options: MjmlOptions,
  ): Promise<{ html: string }>;
}
