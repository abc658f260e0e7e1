"""Makes the buckets in a MinIO of our own, and who may do what in them; may be run again."""

import os
from typing import Final
from urllib.parse import urlsplit

from minio import MinioAdmin
from minio.credentials.providers import StaticProvider

from common.s3 import Address, make_bucket

EVERYTHING: Final = ("s3:*",)
"""In its one bucket, so that what holds the probe of the locks back is the lock, not a right."""
READING: Final = (
    *("s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"),
    *("s3:GetObject", "s3:GetObjectVersion"),
)


def main() -> None:
    root = os.environ["ROOT"]
    parts = urlsplit(root)
    known = StaticProvider(parts.username or "", parts.password or "")
    admin = MinioAdmin(
        endpoint=f"{parts.hostname}:{parts.port}", credentials=known, secure=parts.scheme != "s3"
    )
    rights: dict[str, list[dict[str, object]]] = {}
    users: dict[str, str] = {}
    for actions, urls in ((EVERYTHING, "WRITERS"), (READING, "READERS")):
        for its in map(Address.of, os.environ[urls].split()):
            make_bucket(f"{root}/{its.bucket}")
            users[its.key] = its.secret
            rights.setdefault(its.key, []).append(
                {
                    "Effect": "Allow",
                    "Action": actions,
                    "Resource": [f"arn:aws:s3:::{its.bucket}", f"arn:aws:s3:::{its.bucket}/*"],
                }
            )
    for user, secret in users.items():
        policy = {"Version": "2012-10-17", "Statement": rights[user]}
        admin.policy_add(user, policy=policy)  # pyright: ignore[reportUnknownMemberType] - half typed
        admin.user_add(user, secret)
        admin.policy_set(user, user=user)


if __name__ == "__main__":
    main()
