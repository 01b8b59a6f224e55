from typing import Any


def test_register(client: Any) -> None:
    reply = client.get("/register")
    assert reply.status_code == 200
    reply = client.submit(
        "/register",
        name="Ann",
        email="ann@example.org",
        password="purple tractor river",
        code_of_conduct="yes",
        patient_data_pledge="yes",
    )
    assert reply.status_code == 303
