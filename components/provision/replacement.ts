import * as pulumi from "@pulumi/pulumi";

/**
 * In which order a resource is replaced, said for every resource that is replaced some day. Left unsaid it is up to the
 * provider, and the Terraform bridge deletes what was given a `name` before it makes its successor.
 */

/**
 * The successor is made first. For the droplet, which serves until its successor has proved itself, and for what stands
 * by it until then: its firewalls (their names hold the droplet's id, because an account has each name once), its drain,
 * its SSH key, its reserved address (one belongs to a region, so another region takes another), its DNS records (a name
 * may have several, and none would be a gap).
 */
export function createFirst(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, { deleteBeforeReplace: false });
}

/**
 * What is replaced is deleted first. For the membership of a project: its end moves the droplet to the account's default
 * project, also out of the project that another membership has just moved it to.
 */
export function deleteFirst(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, { deleteBeforeReplace: true });
}
