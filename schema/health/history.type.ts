import { Field, Float, Int, ObjectType } from "type-graphql";
import type { HealthStatus } from "#domain/health/index.js";
import { DateTime } from "../scalars.js";
import { HealthStatusEnum } from "./health.type.js";

@ObjectType({
  simpleResolvers: true,
  description:
    "Columns of equal length, oldest first; a gap is an entry with null. Figures are means and, where it says max, worst.",
})
export class HealthSeries {
  @Field(() => [DateTime], { description: "Starts of the steps." })
  at!: readonly string[];

  @Field(() => [Float], { nullable: "items" })
  cpuPercent!: readonly (number | null)[];

  @Field(() => [Float], { nullable: "items" })
  memoryPercent!: readonly (number | null)[];

  @Field(() => [Float], { nullable: "items" })
  diskPercent!: readonly (number | null)[];

  @Field(() => [Float], { nullable: "items" })
  eventLoopP99Ms!: readonly (number | null)[];

  @Field(() => [Float], { nullable: "items" })
  cpuPercentMax!: readonly (number | null)[];

  @Field(() => [Float], { nullable: "items" })
  memoryPercentMax!: readonly (number | null)[];

  @Field(() => [Float], { nullable: "items" })
  eventLoopP99MsMax!: readonly (number | null)[];
}

@ObjectType({ simpleResolvers: true, description: "A fortieth of the range." })
export class ServiceTick {
  @Field(() => DateTime)
  at!: string;

  @Field(() => HealthStatusEnum, {
    nullable: true,
    description: "The worst that was seen; null: nothing was recorded.",
  })
  status!: HealthStatus | null;

  @Field(() => Float, { nullable: true })
  latencyMs!: number | null;

  @Field(() => Int, { description: "In how many of its seconds it was not HEALTHY." })
  badSeconds!: number;
}

@ObjectType({ simpleResolvers: true })
export class ServiceHistory {
  @Field(() => String)
  name!: string;

  @Field(() => Float, { nullable: true })
  latencyP50Ms!: number | null;

  @Field(() => Float, { nullable: true, description: "Beyond three hours of the means of five minutes." })
  latencyP95Ms!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The share of the recorded time in which it was not UNHEALTHY, 0 to 1.",
  })
  availability!: number | null;

  @Field(() => [ServiceTick], { description: "Forty over the range." })
  ticks!: readonly ServiceTick[];
}

@ObjectType({ simpleResolvers: true, description: "Something that was done while the figures were taken." })
export class HealthMarker {
  @Field(() => DateTime)
  at!: string;

  @Field(() => String)
  action!: string;

  @Field(() => String)
  label!: string;

  @Field(() => String, { nullable: true, description: "A page of the console." })
  href!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "How a machine was between two moments." })
export class HealthHistory {
  @Field(() => String)
  host!: string;

  @Field(() => [String], { description: "The machines that have a history." })
  hosts!: readonly string[];

  @Field(() => DateTime)
  from!: string;

  @Field(() => DateTime)
  to!: string;

  @Field(() => Int)
  stepSeconds!: number;

  @Field(() => HealthSeries)
  series!: HealthSeries;

  @Field(() => [ServiceHistory])
  services!: readonly ServiceHistory[];

  @Field(() => [HealthMarker], { description: "The newest 50, oldest first." })
  markers!: readonly HealthMarker[];
}
