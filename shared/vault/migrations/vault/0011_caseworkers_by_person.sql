-- A caseworker opens texts as the person who is named on the case (domain.md R5): leave that was a whole department's is taken back.
insert into vault.grants (unit, organisation, role, class, person, granted, service)
select g.unit, g.organisation, g.role, g.class, null, false, g.service
  from (select distinct on (l.unit, l.organisation, l.class)
               l.unit, l.organisation, l.role, l.class, l.granted, l.service
          from vault.grants l
         where l.role = 'CASEWORKER' and l.person is null
         order by l.unit, l.organisation, l.class, l.id desc) g
 where g.granted;
