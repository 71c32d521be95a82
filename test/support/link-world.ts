import {
  assert,
  type LinkId,
  NamespaceId,
  type Node,
  type RouteInput,
  type RouteResponse,
  rootNodeId,
  routes,
  type UploadId,
} from '@syncline/protocol';
import type { ApiResult } from '../../lambdas/runtime/api-event.ts';
import { CommitWorld } from './commit-world.ts';
import { chunkOf, fileOf, type Member, putChunk, textBytes } from './in-memory-member.ts';
import { type Answer, eventOf, type InMemoryServiceOptions, type TestCaller } from './in-memory-service.ts';

type LinkWish = Partial<RouteInput<'createLink'>['body']>;

/** What a visitor knows of the namespace: nothing. */
const NOWHERE = NamespaceId.parse('0'.repeat(26));

/** A link, as somebody who was given it has it. */
export interface HeldLink {
  readonly token: string;
  readonly linkId: LinkId;
}

/** One account with devices, the links that it makes, and the people whom it gives them to. */
export class LinkWorld extends CommitWorld {
  static async open(
    options: InMemoryServiceOptions = {},
  ): Promise<{ readonly world: LinkWorld; readonly ann: Member }> {
    const world = new LinkWorld(options);
    return { world, ann: await world.device('desk') };
  }

  tryLink(member: Member, node: Pick<Node, 'nodeId'>, wish: LinkWish = {}) {
    const { namespaceId } = member;
    const body = { role: 'view', namespaceId, nodeId: node.nodeId, ...wish } as const;
    return this.service.invoke('createLink', { body }, member);
  }

  async link(member: Member, node: Pick<Node, 'nodeId'>, wish: LinkWish = {}): Promise<HeldLink> {
    const answer = await this.tryLink(member, node, wish);
    assert(answer.ok, `a link is made: ${JSON.stringify(answer)}`);
    return { token: answer.value.token, linkId: answer.value.link.linkId };
  }

  async links(member: Member): Promise<RouteResponse<'listLinks'>['links']> {
    const answer = await this.service.invoke('listLinks', {}, member);
    assert(answer.ok, 'an account may list its links');
    return answer.value.links;
  }

  revoke(member: Member, { linkId }: HeldLink) {
    return this.service.invoke('revokeLink', { parameters: { linkId } }, member);
  }

  look({ token }: Pick<HeldLink, 'token'>, visitor: TestCaller = {}) {
    return this.service.invoke('getLink', { parameters: { token } }, visitor);
  }

  children({ token }: HeldLink, query: RouteInput<'listLinkChildren'>['query'] = {}, visitor: TestCaller = {}) {
    return this.service.invoke('listLinkChildren', { parameters: { token }, query }, visitor);
  }

  content({ token }: HeldLink, query: RouteInput<'getLinkContent'>['query'] = {}, visitor: TestCaller = {}) {
    return this.service.invoke('getLinkContent', { parameters: { token }, query }, visitor);
  }

  /** What a browser or curl is answered, before it goes where it is sent. */
  download(
    { token }: HeldLink,
    asked: { readonly nodeId?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<ApiResult> {
    const { nodeId, headers } = asked;
    return this.service.handle({
      ...eventOf(routes.downloadLink, {}),
      pathParameters: { token },
      ...(nodeId === undefined ? {} : { queryStringParameters: { nodeId } }),
      headers: { ...headers },
    });
  }

  /** Opens an upload by a link and sends its chunks, each an own one. Answers its id. */
  async send(link: HeldLink, contents: readonly Uint8Array[], visitor: TestCaller = {}): Promise<UploadId> {
    const { namespaceId: _namespace, ...file } = fileOf(NOWHERE, contents);
    const body = { files: [file] };
    const opened = await this.service.invoke('openLinkUploads', { parameters: { token: link.token }, body }, visitor);
    const [upload] = opened.ok ? opened.value.uploads : [];
    assert(upload !== undefined, `an upload by a link is opened: ${JSON.stringify(opened)}`);
    for (const missing of upload.missing) {
      const bytes = contents.find((each) => chunkOf(each).hash === missing.hash);
      assert(bytes !== undefined, 'a missing chunk is one of the file');
      putChunk(this.service, missing, bytes);
    }
    return upload.uploadId;
  }

  store({ token }: HeldLink, files: RouteInput<'storeLinkFiles'>['body']['files'], visitor: TestCaller = {}) {
    return this.service.invoke('storeLinkFiles', { parameters: { token }, body: { files } }, visitor);
  }

  /** Sends a text and makes it a file; `stored`, or why not. */
  async drop(link: HeldLink, name: string, text: string): Promise<string> {
    const answer = await this.store(link, [{ uploadId: await this.send(link, [textBytes(text)]), name }]);
    if (!answer.ok) return refusalOf(answer);
    const [file] = answer.value.files;
    return file?.status === 'error' ? file.error.code : (file?.status ?? 'nothing');
  }

  /** A file of several chunks in the top folder. */
  async putChunks(member: Member, name: string, contents: readonly Uint8Array[]): Promise<Node> {
    const body = { files: [fileOf(member.namespaceId, contents)] };
    const opened = await this.service.invoke('initiateUploads', { body }, member);
    const [upload] = opened.ok ? opened.value.uploads : [];
    assert(upload !== undefined, 'an upload is opened');
    for (const missing of upload.missing) {
      const bytes = contents.find((each) => chunkOf(each).hash === missing.hash);
      assert(bytes !== undefined, 'a missing chunk is one of the file');
      putChunk(this.service, missing, bytes);
    }
    const { uploadId } = upload;
    const parentId = rootNodeId(member.namespaceId);
    return (
      await this.must(member, { type: 'put', parentId, name, baseRev: 0, uploadId, clock: 1, onConflict: 'fail' })
    ).node;
  }

  /** What somebody reads by a link: the first page of a file, or why not. */
  async fetch(link: HeldLink, query: RouteInput<'getLinkContent'>['query'] = {}, visitor: TestCaller = {}) {
    const answer = await this.content(link, query, visitor);
    if (!answer.ok) return refusalOf(answer);
    const parts = answer.value.chunks.map(({ url, range }) =>
      this.service.stores.objects.get(range === undefined ? { url } : { url, range }),
    );
    return Buffer.concat(parts.map(({ bytes }) => bytes)).toString('utf8');
  }
}

/** A refusal as its code, with why a link has ended. */
export function refusalOf(answer: Answer<unknown>): string {
  if (answer.ok) return 'ok';
  const { code, details } = answer.problem;
  return details?.end === undefined ? code : `${code}: ${details.end}`;
}
