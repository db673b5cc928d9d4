from random import Random

from deploy.seed.people import applicant


def test_nobody_could_be_a_real_person():
    rng = Random(1)

    for _ in range(500):
        person = applicant(rng, commune="xã Ea Ktur")
        assert len(person.id_number) == 12
        assert person.id_number.startswith("999")
        assert person.phone.startswith("0900000")
        assert len(person.phone) == 10
        assert person.full_name.split()[1] in {"Mẫu", "Thử"}
        assert not any(letter.isdigit() for letter in person.full_name)


def test_the_same_seed_makes_the_same_people():
    people = [applicant(Random(7), commune="x") for _ in range(2)]

    assert people[0] == people[1]
