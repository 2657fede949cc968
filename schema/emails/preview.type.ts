import { Field, ObjectType } from "type-graphql";
import { Lead } from "../leads/lead.type.js";
import { Sender } from "../senders/sender.type.js";
import { InputIssue } from "../payload.js";

@ObjectType({ simpleResolvers: true, description: "What a lead would get, or why nothing can be rendered." })
export class TemplatePreview {
  @Field(() => String)
  subject!: string;

  @Field(() => String)
  html!: string;

  @Field(() => String)
  text!: string;

  @Field(() => [String], { description: "What the template asks of a lead." })
  variables!: readonly string[];

  @Field(() => [String], {
    description: "Variables that this lead lacks and that have no default: it would be skipped.",
  })
  missing!: readonly string[];

  @Field(() => [InputIssue], { description: "What keeps the template from rendering for anybody." })
  problems!: readonly InputIssue[];

  @Field(() => Lead, { nullable: true, description: "Whom it was rendered for." })
  lead!: Lead | null;

  @Field(() => Sender, {
    nullable: true,
    description:
      "Of the senders that were named, the one that this lead is dealt out to; another has it where this one has no room before the end. Null: none was named, or several and there is no lead.",
  })
  sender!: Sender | null;
}
