// The workflow without expressions.
export const values = () => [];
