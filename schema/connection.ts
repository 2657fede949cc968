import { ArgsType, Field, Int, ObjectType, type ClassType } from "type-graphql";
import type { Page, PageArguments } from "#domain/page.js";

/** Relay's arguments of a connection; 1–100 rows, 20 when nothing is said. */
@ArgsType()
export class ConnectionArgs implements PageArguments {
  @Field(() => Int, { nullable: true })
  first?: number | null;

  @Field(() => String, { nullable: true })
  after?: string | null;

  @Field(() => Int, { nullable: true })
  last?: number | null;

  @Field(() => String, { nullable: true })
  before?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => Boolean)
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor!: string | null;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

export interface Connection<N> {
  readonly edges: readonly { readonly cursor: string; readonly node: N }[];
  readonly pageInfo: PageInfo;
  /** Called only when the field is asked for: a count costs more than a page. */
  readonly totalCount: () => Promise<number>;
}

/** The connection and edge types of a node type (Relay cursor connections specification). */
export function connectionType<N extends object>(
  name: string,
  node: () => ClassType<N>,
): ClassType<Connection<N>> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true })
  class Edge {
    @Field(() => String)
    cursor!: string;

    @Field(() => node())
    node!: N;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true })
  class TypedConnection implements Connection<N> {
    @Field(() => [Edge])
    edges!: readonly Edge[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    @Field(() => Int)
    totalCount!: () => Promise<number>;
  }
  return TypedConnection;
}

/** A page of rows as a connection. */
export function connectionOf<R, N>(
  page: Page<R>,
  cursorOf: (row: R) => string,
  nodeOf: (row: R) => N,
  totalCount: () => Promise<number>,
): Connection<N> {
  const edges = page.rows.map((row) => ({ cursor: cursorOf(row), node: nodeOf(row) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: page.hasNext,
      hasPreviousPage: page.hasPrevious,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
