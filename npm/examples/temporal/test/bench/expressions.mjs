// The expressions by this package.
import { compile } from "workflow-expr";

export const values = (sources, context) => sources.map((source) => compile(source).evaluate(context));
