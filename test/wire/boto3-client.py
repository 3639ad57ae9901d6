"""Drives boto3's clients against a server: python3 boto3-client.py ENDPOINT KEY SECRET. Prints one line a check."""
import base64
import functools
import hashlib
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

endpoint, key, secret = sys.argv[1:4]
made = boto3.session.Session(region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret)
session = made.client("qldb-session", endpoint_url=endpoint)
control = made.client("qldb", endpoint_url=endpoint)


def ion_hash(text):
    escaped = b"".join(b"\x0c" + bytes([b]) if b in (0x0B, 0x0C, 0x0E) else bytes([b]) for b in text.encode())
    return hashlib.sha256(b"\x0b\x80" + escaped + b"\x0e").digest()


def dot(left, right):
    signed = lambda h: [b - 256 if b > 127 else b for b in reversed(h)]
    first, second = (left, right) if signed(left) < signed(right) else (right, left)
    return hashlib.sha256(first + second).digest()


def digest(transaction, *statements):
    return functools.reduce(lambda h, s: dot(h, ion_hash(s)), statements, ion_hash(transaction))


def start():
    return session.send_command(StartSession={"LedgerName": "fleet"})["StartSession"]["SessionToken"]


def begin(token):
    return session.send_command(SessionToken=token, StartTransaction={})["StartTransaction"]["TransactionId"]


def execute(token, transaction, statement, *parameters):
    command = {"TransactionId": transaction, "Statement": statement, "Parameters": list(parameters)}
    return session.send_command(SessionToken=token, ExecuteStatement=command)["ExecuteStatement"]


def commit(token, transaction, *statements):
    command = {"TransactionId": transaction, "CommitDigest": digest(transaction, *statements)}
    return session.send_command(SessionToken=token, CommitTransaction=command)["CommitTransaction"]


def raises(exception, work):
    try:
        work()
    except exception as error:
        assert type(error) is exception, type(error)
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return error
    raise AssertionError("nothing was raised")


def seven_commands():
    token = start()
    transaction = begin(token)
    execute(token, transaction, "CREATE TABLE T")
    answer = commit(token, transaction, "CREATE TABLE T")
    assert answer["TransactionId"] == transaction
    assert answer["CommitDigest"] == digest(transaction, "CREATE TABLE T")
    insert = "INSERT INTO T << " + ", ".join("{'n': %d}" % n for n in range(40)) + " >>"
    for _ in range(6):
        transaction = begin(token)
        execute(token, transaction, insert)
        commit(token, transaction, insert)
    transaction = begin(token)
    page = execute(token, transaction, "SELECT VALUE t.n FROM T AS t")["FirstPage"]
    assert len(page["Values"]) == 200, len(page["Values"])
    assert page["Values"][0]["IonBinary"].startswith(b"\xe0\x01\x00\xea")
    command = {"TransactionId": transaction, "NextPageToken": page["NextPageToken"]}
    rest = session.send_command(SessionToken=token, FetchPage=command)["FetchPage"]
    assert len(rest["Page"]["Values"]) == 40 and "NextPageToken" not in rest["Page"]
    assert rest["ConsumedIOs"]["ReadIOs"] > 0
    session.send_command(SessionToken=token, AbortTransaction={})
    session.send_command(SessionToken=token, EndSession={})
    raises(session.exceptions.InvalidSessionException, lambda: begin(token))


def text_parameter():
    token = start()
    transaction = begin(token)
    values = execute(token, transaction, "SELECT ? AS a FROM << 0 >>", {"IonText": "{a:1.50}"})["FirstPage"]["Values"]
    assert len(values) == 1 and b"\xe0\x01\x00\xea" in values[0]["IonBinary"]


def exceptions():
    kinds = session.exceptions
    token = start()
    bad = raises(kinds.BadRequestException, lambda: execute(token, begin(token), "SELECT * FROM Absent"))
    assert bad.response["Error"]["Code"] == "BadRequestException", bad.response
    assert "No such variable named 'Absent'" in bad.response["Error"]["Message"]
    raises(kinds.InvalidSessionException, lambda: begin("AAAA"))
    one, two = start(), start()
    first, second = begin(one), begin(two)
    statement = "UPDATE T SET n = 1000 WHERE n = 1"
    execute(one, first, statement)
    execute(two, second, statement)
    commit(one, first, statement)
    raises(kinds.OccConflictException, lambda: commit(two, second, statement))
    for kind in (kinds.RateExceededException, kinds.LimitExceededException, kinds.CapacityExceededException):
        name = kind.__name__.replace("Exception", "")
        raises(kind, lambda: session.send_command(StartSession={"LedgerName": name}))


def no_paginator():
    assert session.can_paginate("send_command") is False
    assert control.can_paginate("list_ledgers") is False


def presigned(seconds):
    return session.generate_presigned_url(
        "send_command", Params={"StartSession": {"LedgerName": "fleet"}}, ExpiresIn=seconds
    )


def post(url):
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "QLDBSession.SendCommand"}
    request = urllib.request.Request(url, data=b"", headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers.get("x-amzn-errortype"), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("x-amzn-errortype"), error.read().decode()


def presigned_urls():
    # The signature is good; boto3 has put the arguments into the query as Python text, where the protocol has none.
    status, kind, body = post(presigned(60))
    assert (status, kind) == (400, "BadRequestException"), (status, kind, body)
    assert "the body is empty" in body, body
    status, kind, body = post(presigned(60).replace("fleet", "other"))
    assert (status, kind) == (403, "InvalidSignatureException"), (status, kind, body)
    with urllib.request.urlopen(control.generate_presigned_url("list_ledgers")) as answer:
        assert b"fleet" in answer.read()


def presigned_expiry():
    print("url", presigned(60), flush=True)
    sys.stdin.readline()


def control_plane():
    control.create_ledger(Name="orders", PermissionsMode="STANDARD", Tags={"a": "b"}, DeletionProtection=False)
    described = control.describe_ledger(Name="orders")
    assert described["State"] == "ACTIVE" and described["PermissionsMode"] == "STANDARD"
    assert control.list_tags_for_resource(ResourceArn=described["Arn"])["Tags"] == {"a": "b"}
    control.tag_resource(ResourceArn=described["Arn"], Tags={"c": "d e/ü"})
    control.untag_resource(ResourceArn=described["Arn"], TagKeys=["a"])
    assert control.list_tags_for_resource(ResourceArn=described["Arn"])["Tags"] == {"c": "d e/ü"}
    taken = raises(
        control.exceptions.ResourceAlreadyExistsException,
        lambda: control.create_ledger(Name="orders", PermissionsMode="STANDARD"),
    )
    assert taken.response["ResourceName"] == "orders", taken.response
    found = control.get_digest(Name="orders")
    assert len(found["Digest"]) == 32 and "sequenceNo" in found["DigestTipAddress"]["IonText"]
    names = [ledger["Name"] for ledger in control.list_ledgers(MaxResults=1)["Ledgers"]]
    assert names == ["fleet"], names
    control.delete_ledger(Name="orders")
    raises(control.exceptions.ResourceNotFoundException, lambda: control.describe_ledger(Name="orders"))


def closing():
    session.close()
    control.close()


for check in (seven_commands, text_parameter, exceptions, no_paginator, presigned_urls, control_plane, presigned_expiry, closing):
    check()
    print("ok", check.__name__, flush=True)
